import type { EdgeView, WorkloadView } from '@margay/services/inputs';
import { formatBytes, formatCount, formatPercent, formatRate, plural } from '@margay/ui';
import { figuresOf } from './figures.ts';

/** The cluster in five numbers. */
export function FigureRow({
  edges,
  workloads,
  lost,
  seconds,
}: {
  edges: readonly EdgeView[];
  workloads: readonly WorkloadView[];
  lost: number;
  seconds: number;
}) {
  const figures = figuresOf(edges, workloads);
  return (
    <section className="figures" aria-label="Figures">
      <Figure
        label="Coverage"
        value={formatPercent(figures.decided, figures.connections)}
        sub="of connections are decided by a policy"
      />
      <Figure
        label="Covered workloads"
        value={`${formatCount(figures.covered)} of ${formatCount(figures.coverable)}`}
        sub="by policies in both directions"
      />
      <Figure
        label="Denied"
        value={formatCount(figures.denied)}
        tone={figures.denied > 0 ? 'denied' : undefined}
        sub={
          figures.denied === 0
            ? `none of ${plural(figures.connections, 'connection')}`
            : formatRate(figures.denied, seconds)
        }
      />
      <Figure
        label="Lost flows"
        value={formatCount(lost)}
        tone={lost > 0 ? 'loss' : undefined}
        sub={lost === 0 ? 'everything was counted' : 'hatched on the charts'}
      />
      <Figure
        label="Traffic"
        value={formatRate(figures.connections, seconds)}
        sub={`${formatBytes(figures.bytes / seconds)}/s on average`}
      />
    </section>
  );
}

function Figure({
  label,
  value,
  sub,
  tone,
}: {
  label: string;
  value: string;
  sub: string;
  tone?: 'denied' | 'loss' | undefined;
}) {
  return (
    <div className={tone ? `tone-${tone}` : undefined}>
      <div className="label">{label}</div>
      <div className="figure">{value}</div>
      <div className={`figure-sub${tone ? ' figure-tone' : ''}`}>{sub}</div>
    </div>
  );
}

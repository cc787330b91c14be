import type { RecommendationDetail } from '@margay/services/inputs';
import { Ago, For, formatCount, formatDuration, Sign } from '@margay/ui';
import type { ReactNode } from 'react';
import { formatShare, STATE_TONES, STATE_WORDS } from './summary.ts';

/** What it is worth: state, what it was learnt from, and what was lost meanwhile. */
export function DetailHead({ data }: { data: RecommendationDetail }) {
  return (
    <section className="recommendation-head" aria-label="Summary">
      <div className="grow row recommendation-state">
        <Sign tone={STATE_TONES[data.state]} badge>
          {STATE_WORDS[data.state]}
        </Sign>
        <span className="second">
          {data.state === 'refused' ? (
            data.refusal
          ) : (
            <>
              Unchanged for <For ms={data.changedAt.getTime()} />.{' '}
              {data.state === 'applied'
                ? 'In the cluster, just as written here.'
                : 'Isolates the workload in both directions.'}
            </>
          )}
        </span>
      </div>
      <Fact label="Learnt from">
        {formatCount(data.connections)}{' '}
        <span className="third">in {formatDuration(data.observedToMs - data.observedFromMs)}</span>
      </Fact>
      {data.coverage && data.coverage.share !== null ? (
        <Fact label="Covers">
          {formatShare(data.coverage.share)} <span className="third">of what got through</span>
        </Fact>
      ) : null}
      <Fact label="Lost">
        {data.lostFlows > 0 ? (
          <Sign tone="loss">{formatCount(data.lostFlows)}</Sign>
        ) : (
          <>
            0 <span className="third">flows</span>
          </>
        )}
      </Fact>
      <Fact label="Computed">
        <Ago ms={data.computedAt.getTime()} />
      </Fact>
      <Fact label="Written as" wide>
        Kubernetes NetworkPolicy
      </Fact>
    </section>
  );
}

function Fact({ label, wide = false, children }: { label: string; wide?: boolean; children: ReactNode }) {
  return (
    <div className={`recommendation-fact${wide ? ' not-narrow' : ''}`}>
      <div className="label">{label}</div>
      <div className="strong num">{children}</div>
    </div>
  );
}

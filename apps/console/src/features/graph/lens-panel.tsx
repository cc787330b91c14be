'use client';
import type { Lens, Topology } from '@margay/graph';
import { formatCount, formatRate, Glyph, plural, Sign } from '@margay/ui';
import { Panel } from './panel.tsx';

const TITLES: Readonly<Record<Exclude<Lens, 'all' | 'new'>, string>> = { denied: 'Denied', none: 'No policy' };
const SUBTITLES: Readonly<Record<Exclude<Lens, 'all' | 'new'>, string>> = {
  denied: 'Attempts that did not get through, in this time.',
  none: 'Traffic that no policy decides: everything is let through.',
};

/** What the lens found, ranked. */
export function LensPanel({
  lens,
  topology,
  seconds,
  onEdge,
  onClose,
}: {
  lens: 'denied' | 'none';
  topology: Topology;
  seconds: number;
  onEdge: (id: string) => void;
  onClose: () => void;
}) {
  const nameOf = new Map(topology.nodes.map((node) => [node.id, node.label]));
  const found = topology.edges.filter((edge) => edge.inLens).sort((a, b) => b.connections - a.connections);
  const pairs = found.reduce((sum, edge) => sum + edge.pairs, 0);
  return (
    <Panel
      label={TITLES[lens]}
      onClose={onClose}
      head={
        <>
          <Sign tone={lens} badge>
            {TITLES[lens]}
          </Sign>
          <span className="small third">lens</span>
        </>
      }
    >
      <div className="panel-title">
        {found.length === 0
          ? `Nothing was ${lens === 'denied' ? 'denied' : 'without a policy'}`
          : `${plural(pairs, 'pair')} on ${plural(found.length, 'edge')}`}
      </div>
      <div className="panel-sub second">
        {found.length === 0 && lens === 'denied' ? 'Every connection of this time got an answer.' : SUBTITLES[lens]}
      </div>
      <ul className="lens-list">
        {found.map((edge) => (
          <li key={edge.id}>
            <button type="button" className="lens-row" onClick={() => onEdge(edge.id)}>
              <span className={`sign tone-${lens}`}>
                <Glyph tone={lens} />
              </span>
              <span className="cut">
                <span className="name">{nameOf.get(edge.source)}</span> <span className="third">to</span>{' '}
                <span className="name">{nameOf.get(edge.target)}</span>
              </span>
              <span className="num second">{formatRate(edge.connections, seconds)}</span>
              <span className="lens-detail mono">
                {edge.ports.slice(0, 3).join(', ')}
                {edge.portCount > 3 ? ` +${edge.portCount - 3}` : ''}
                {edge.pairs > 1 ? `, ${formatCount(edge.pairs)} pairs` : ''}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

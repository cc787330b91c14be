/** A drawing of what a service graph is; stands for nobody's cluster. */
const NODES = [
  { id: 'in', x: 20, y: 178, label: 'ingress', ring: 'full' },
  { id: 'web', x: 196, y: 178, label: 'web', ring: 'full' },
  { id: 'find', x: 356, y: 96, label: 'search', ring: 'full' },
  { id: 'pay', x: 348, y: 258, label: 'checkout', ring: 'full' },
  { id: 'stock', x: 566, y: 138, label: 'catalogue', ring: 'full' },
  { id: 'card', x: 566, y: 222, label: 'payments', ring: 'full' },
  { id: 'mail', x: 566, y: 300, label: 'mail', ring: 'none' },
  { id: 'job', x: 348, y: 442, label: 'nightly-report', ring: 'none' },
  { id: 'db', x: 566, y: 442, label: 'ledger', ring: 'none' },
] as const;
type Id = (typeof NODES)[number]['id'];
const EDGES: readonly (readonly [Id, Id, number, 'allowed' | 'none' | 'denied'])[] = [
  ['in', 'web', 2.6, 'allowed'],
  ['web', 'find', 2.4, 'allowed'],
  ['web', 'pay', 1.5, 'allowed'],
  ['find', 'stock', 2.4, 'allowed'],
  ['pay', 'stock', 1.4, 'allowed'],
  ['pay', 'card', 1.5, 'allowed'],
  ['pay', 'mail', 1.4, 'allowed'],
  ['job', 'db', 1.8, 'none'],
  ['job', 'card', 2, 'denied'],
];
const CHARACTER_PX = 6.9;
const width = (label: string) => Math.round(label.length * CHARACTER_PX) + 40;
const DASH = { allowed: undefined, none: '0.1 5', denied: '3 3' } as const;

export function Illustration() {
  const at = new Map(NODES.map((node) => [node.id, node]));
  return (
    <svg className="account-graph" viewBox="0 0 760 540" aria-hidden="true">
      <rect x="176" y="40" width="700" height="312" rx="12" className="art-group" />
      <text x="192" y="62" className="art-head">
        shop
      </text>
      <rect x="176" y="384" width="700" height="116" rx="12" className="art-group" />
      <text x="192" y="406" className="art-head">
        reports
      </text>
      {EDGES.map(([from, to, weight, verdict]) => {
        const a = at.get(from);
        const b = at.get(to);
        if (!a || !b) return null;
        const [x0, x1] = [a.x + width(a.label), b.x - 8];
        const bend = (x1 - x0) / 2;
        // A denied edge ends beside the others, so that its bar is seen.
        const end = b.y + (verdict === 'denied' ? 9 : 0);
        const d = `M${x0} ${a.y}C${x0 + bend} ${a.y} ${x1 - bend} ${end} ${x1} ${end}`;
        return (
          <g key={`${from}-${to}`} className={`tone-${verdict}`} fill="none" stroke="var(--tone-line)">
            <path
              d={d}
              strokeWidth={weight}
              strokeDasharray={DASH[verdict]}
              strokeLinecap={verdict === 'none' ? 'round' : 'butt'}
            />
            {verdict === 'denied' ? (
              <path d={`M${x1 + 3} ${end - 5}v10`} strokeWidth="2.25" strokeLinecap="round" />
            ) : (
              <path d={`M${x1 + 7} ${end}l-8 ${-4}v8z`} fill="var(--tone-line)" stroke="none" />
            )}
          </g>
        );
      })}
      {NODES.map((node) => (
        <g key={node.id}>
          <rect x={node.x} y={node.y - 14} width={width(node.label)} height="28" rx="7" className="art-node" />
          <g
            transform={`translate(${node.x + 15} ${node.y})`}
            className={node.ring === 'full' ? 'tone-allowed' : 'tone-none'}
            fill="none"
            stroke="var(--tone-line)"
            strokeWidth="2"
            strokeDasharray={node.ring === 'full' ? undefined : '0.1 3.1'}
            strokeLinecap="round"
          >
            <path d="M-1.2 -8.4A8.5 8.5 0 0 0 -1.2 8.4M1.2 -8.4A8.5 8.5 0 0 1 1.2 8.4" />
          </g>
          <circle cx={node.x + 15} cy={node.y} r="2.6" fill="none" className="art-kind" />
          <text x={node.x + 29} y={node.y + 4.3} className="art-name">
            {node.label}
          </text>
        </g>
      ))}
    </svg>
  );
}

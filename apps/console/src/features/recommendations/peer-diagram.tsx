'use client';
import type { RecommendationDetail } from '@margay/services/inputs';
import { useWidth } from '../timeline/index.ts';
import { shortName, sidesOf } from './sides.ts';
import { title } from './summary.ts';

const ROW = 38;
const NODE_HEIGHT = 26;
const CHARACTER = 6.5;
const PAD = 16;
const HEAD = 46;
const GAP_MIN = 26;
const CHARACTERS_MIN = 10;

/** Who reaches it and whom it reaches, by this policy. A picture of the rules beside it. */
export function PeerDiagram({ data }: { data: RecommendationDetail }) {
  const [box, width] = useWidth();
  const { left, right, name, gap, leftWidth } = arrange(data, width);
  const rows = Math.max(left.length, right.length, 1);
  const height = HEAD + rows * ROW;
  const middle = { x: PAD + leftWidth + gap, y: HEAD + (rows * ROW) / 2 - ROW / 2, width: nodeWidth(name) };
  const y = (index: number, count: number) => HEAD + (index + (rows - count) / 2) * ROW;
  if (data.rules.length === 0) return null;
  return (
    <div className="diagram" ref={box} style={{ height }}>
      {width > 0 ? (
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={`${left.length} peers may reach ${title(data)}; it may reach ${right.length}`}
        >
          <text className="axis" x={PAD} y={22}>
            May reach it
          </text>
          <text className="axis" x={width - PAD} y={22} textAnchor="end">
            It may reach
          </text>
          {left.map((peer, index) => (
            <Link
              key={peer}
              from={{ x: PAD + nodeWidth(peer), y: y(index, left.length) }}
              to={{ x: middle.x, y: middle.y + fan(index, left.length) }}
            />
          ))}
          {right.map((peer, index) => (
            <Link
              key={peer}
              from={{ x: middle.x + middle.width, y: middle.y + fan(index, right.length) }}
              to={{ x: width - PAD - nodeWidth(peer), y: y(index, right.length) }}
            />
          ))}
          {left.map((peer, index) => (
            <Node key={peer} text={peer} x={PAD} y={y(index, left.length)} width={nodeWidth(peer)} />
          ))}
          {right.map((peer, index) => (
            <Node
              key={peer}
              text={peer}
              x={width - PAD - nodeWidth(peer)}
              y={y(index, right.length)}
              width={nodeWidth(peer)}
            />
          ))}
          <Node text={name} x={middle.x} y={middle.y} width={middle.width} strong />
        </svg>
      ) : null}
    </div>
  );
}

const nodeWidth = (text: string) => Math.round(text.length * CHARACTER) + 20;
const widest = (names: readonly string[]) => Math.max(0, ...names.map(nodeWidth));

/** Names as long as leaves room for the lines between the columns. */
function arrange(data: RecommendationDetail, width: number) {
  for (let characters = 20; ; characters -= 2) {
    const { left, right } = sidesOf(data.rules, characters);
    const name = shortName(title(data), characters);
    const gap = (width - 2 * PAD - widest(left) - widest(right) - nodeWidth(name)) / 2;
    if (gap >= GAP_MIN || characters <= CHARACTERS_MIN)
      return { left, right, name, gap: Math.max(gap, 8), leftWidth: widest(left) };
  }
}

const fan = (index: number, count: number) => (index - (count - 1) / 2) * Math.min(6.5, 18 / Math.max(1, count - 1));

function Link({ from, to }: { from: { x: number; y: number }; to: { x: number; y: number } }) {
  const bend = Math.max(12, (to.x - from.x) / 2);
  return (
    <g>
      <path
        d={`M${from.x} ${from.y}C${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x - 6} ${to.y}`}
        fill="none"
        stroke="var(--v-allowed-line)"
        strokeWidth="1.5"
      />
      <path d={`M${to.x - 1} ${to.y}l-7 -3.5v7z`} fill="var(--v-allowed-line)" />
    </g>
  );
}

function Node({
  text,
  x,
  y,
  width,
  strong = false,
}: {
  text: string;
  x: number;
  y: number;
  width: number;
  strong?: boolean;
}) {
  return (
    <g>
      <rect
        className={`diagram-node${strong ? ' diagram-node-strong' : ''}`}
        x={x}
        y={y - NODE_HEIGHT / 2}
        width={width}
        height={NODE_HEIGHT}
        rx="6"
      />
      <text className="diagram-name" x={x + width / 2} y={y + 4.3} textAnchor="middle">
        {text}
      </text>
    </g>
  );
}

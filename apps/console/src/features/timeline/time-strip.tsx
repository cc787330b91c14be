'use client';
import { formatClock, formatCount, formatDay, useMounted } from '@margay/ui';
import { type PointerEvent, useState } from 'react';
import { LossPattern } from './loss-pattern.tsx';
import { runsOf, type TimelinePoint, timeTicks } from './scale.ts';
import { useWidth } from './use-width.ts';
import './timeline.css';

const PAD = 10;
const DRAG_PX_MIN = 6;

/** Rate over a wider stretch with the shown one under a brush; drag to choose another. Loss is hatched, denied has its own ticks. */
export function TimeStrip({
  points,
  fromMs,
  toMs,
  shown,
  height,
  onPick,
}: {
  points: readonly TimelinePoint[];
  fromMs: number;
  toMs: number;
  shown: { fromMs: number; toMs: number };
  height: number;
  onPick: (fromMs: number, toMs: number) => void;
}) {
  const [box, width] = useWidth();
  const mounted = useMounted();
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const base = height - 30;
  const top = 12;
  const inner = Math.max(1, width - 2 * PAD);
  const x = (ms: number) => PAD + (inner * (ms - fromMs)) / (toMs - fromMs);
  const at = (event: PointerEvent<SVGSVGElement>) =>
    Math.min(Math.max(event.clientX - event.currentTarget.getBoundingClientRect().left, PAD), width - PAD);
  const msAt = (px: number) => Math.round(fromMs + ((px - PAD) / inner) * (toMs - fromMs));
  const highest = Math.max(1, ...points.map((point) => point.connections));
  const y = (value: number) => base - ((base - top) * value) / highest;
  const line = points
    .map((point, index) => `${index ? 'L' : 'M'}${x(point.startMs).toFixed(1)} ${y(point.connections).toFixed(1)}`)
    .join('');
  const [first, last] = [points[0], points.at(-1)];
  const [left, right] = drag
    ? [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)]
    : [Math.max(PAD, x(shown.fromMs)), Math.min(width - PAD, x(shown.toMs))];
  const release = () => {
    if (drag && Math.abs(drag.to - drag.from) >= DRAG_PX_MIN)
      onPick(msAt(Math.min(drag.from, drag.to)), msAt(Math.max(drag.from, drag.to)));
    setDrag(null);
  };
  return (
    <div className="strip" ref={box} style={{ height }}>
      {width > 0 && mounted ? (
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={stripLabel(points)}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            setDrag({ from: at(event), to: at(event) });
          }}
          onPointerMove={(event) => (drag ? setDrag({ ...drag, to: at(event) }) : undefined)}
          onPointerUp={release}
          onPointerCancel={() => setDrag(null)}
        >
          <LossPattern id="strip-loss" />
          <path className="gridline" d={`M${PAD} ${base}H${width - PAD}`} />
          <rect
            x={left}
            y={4}
            width={Math.max(0, right - left)}
            height={base - 4}
            fill="var(--accent-line)"
            opacity=".13"
          />
          {runsOf(points, (point) => point.lost > 0).map(([from, to]) => (
            <LossBand
              key={from}
              x0={x(points[from]?.startMs ?? 0)}
              x1={x(points[to + 1]?.startMs ?? toMs)}
              base={base}
              lost={sumLost(points.slice(from, to + 1))}
              labelled={width > 500}
            />
          ))}
          {first && last && points.length > 1 ? (
            <path
              d={`${line}L${x(last.startMs)} ${base}L${x(first.startMs)} ${base}Z`}
              fill="var(--v-allowed-line)"
              opacity=".13"
            />
          ) : null}
          <path d={line} fill="none" stroke="var(--v-allowed-line)" strokeWidth="1.25" />
          <path d={`M${left} 4V${base}M${right} 4V${base}`} stroke="var(--accent-line)" strokeWidth="1.5" />
          <rect x={left - 3} y={base / 2 - 7} width="6" height="18" rx="3" fill="var(--accent-line)" />
          <rect x={right - 3} y={base / 2 - 7} width="6" height="18" rx="3" fill="var(--accent-line)" />
          {points.map((point) =>
            point.denied > 0 ? (
              <path
                key={point.startMs}
                d={`M${x(point.startMs)} ${base + 2}v6`}
                stroke="var(--v-denied-line)"
                strokeWidth="2"
              />
            ) : null,
          )}
          {timeTicks(fromMs, toMs, Math.max(2, Math.floor(width / 130)), new Date(fromMs).getTimezoneOffset()).map(
            (tick) => (
              <text
                key={tick}
                className="axis"
                x={Math.min(Math.max(x(tick), PAD + 16), width - PAD - 16)}
                y={height - 8}
                textAnchor="middle"
              >
                {toMs - fromMs > 2 * 86_400_000 ? formatDay(tick, toMs) : formatClock(tick, false)}
              </text>
            ),
          )}
        </svg>
      ) : null}
    </div>
  );
}

function LossBand({
  x0,
  x1,
  base,
  lost,
  labelled,
}: {
  x0: number;
  x1: number;
  base: number;
  lost: number;
  labelled: boolean;
}) {
  const width = Math.max(3, x1 - x0);
  return (
    <g>
      <title>{formatCount(lost)} flows lost</title>
      <rect x={x0} y={4} width={width} height={base - 4} fill="url(#strip-loss)" />
      <text className="axis loss-text" x={x0 - 6} y={16} textAnchor="end">
        {labelled && x0 > 130 ? `${formatCount(lost)} flows lost` : ''}
      </text>
    </g>
  );
}

const sumLost = (points: readonly TimelinePoint[]) => points.reduce((total, point) => total + point.lost, 0);

function stripLabel(points: readonly TimelinePoint[]): string {
  const total = points.reduce((sum, point) => sum + point.connections, 0);
  const denied = points.reduce((sum, point) => sum + point.denied, 0);
  return `Connections over time: ${formatCount(total)}, of them ${formatCount(denied)} denied, ${formatCount(sumLost(points))} flows lost`;
}

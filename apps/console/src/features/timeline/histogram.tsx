'use client';
import { formatClock, formatCount, formatDay, formatDuration, useMounted } from '@margay/ui';
import { useState } from 'react';
import { LossPattern } from './loss-pattern.tsx';
import { niceMax, runsOf, type TimelinePoint, timeTicks } from './scale.ts';
import { useWidth } from './use-width.ts';
import './timeline.css';

const RIGHT = 16;
const TOP = 28;

/** Connections per bucket, denied ones on top, loss hatched over them. Zero-based; clicking a bar asks for its time. */
export function Histogram({
  points,
  fromMs,
  toMs,
  height,
  compact,
  onPick,
}: {
  points: readonly TimelinePoint[];
  fromMs: number;
  toMs: number;
  height: number;
  compact: boolean;
  onPick: (fromMs: number, toMs: number) => void;
}) {
  const [box, width] = useWidth();
  const mounted = useMounted();
  const [hover, setHover] = useState<number | null>(null);
  const left = compact ? 12 : 64;
  const top = compact ? 8 : TOP;
  const base = height - 22;
  const step = points.length > 1 ? (points[1]?.startMs ?? 0) - (points[0]?.startMs ?? 0) : toMs - fromMs;
  const highest = niceMax(Math.max(0, ...points.map((point) => point.connections)));
  const x = (ms: number) => left + ((width - left - RIGHT) * (ms - fromMs)) / (toMs - fromMs);
  const y = (value: number) => ((base - top) * value) / highest;
  const barWidth = Math.max(1, x(fromMs + step) - x(fromMs) - 1);
  const hovered = hover === null ? undefined : points[hover];
  const denied = sum(points, (point) => point.denied);
  const lost = sum(points, (point) => point.lost);
  return (
    <div className="histogram" ref={box} style={{ height }}>
      {width > 0 && mounted ? (
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={`Connections over time: ${formatCount(sum(points, (point) => point.connections))}, of them ${formatCount(denied)} denied, ${formatCount(lost)} flows lost`}
        >
          <LossPattern id="histogram-loss" />
          {compact ? null : <Scale highest={highest} left={left} right={width - RIGHT} base={base} y={y} />}
          {points.map((point, index) => (
            // biome-ignore lint/a11y/noStaticElementInteractions: the picker and the filter do the same by key
            <g
              key={point.startMs}
              onPointerEnter={() => setHover(index)}
              onPointerLeave={() => setHover(null)}
              onClick={() => onPick(point.startMs, point.startMs + step)}
            >
              <rect x={x(point.startMs)} y={top} width={barWidth + 1} height={base - top} fill="transparent" />
              <Bar
                x={x(point.startMs)}
                width={barWidth}
                base={base}
                connections={y(point.connections)}
                denied={y(point.denied)}
                strong={index === hover}
              />
            </g>
          ))}
          {runsOf(points, (point) => point.lost > 0).map(([first, last]) => (
            <rect
              key={first}
              x={x(points[first]?.startMs ?? 0)}
              y={top - 4}
              width={Math.max(3, x((points[last]?.startMs ?? 0) + step) - x(points[first]?.startMs ?? 0))}
              height={base - top + 4}
              fill="url(#histogram-loss)"
              pointerEvents="none"
            />
          ))}
          <path className="gridline" d={`M${left} ${base}H${width - RIGHT}`} />
          {timeTicks(fromMs, toMs, compact ? 3 : 8, new Date(fromMs).getTimezoneOffset()).map((tick) => (
            <text key={tick} className="axis" x={x(tick)} y={height - 7} textAnchor="middle">
              {toMs - fromMs > 2 * 86_400_000 ? formatDay(tick, toMs) : formatClock(tick, step < 60_000)}
            </text>
          ))}
          {compact ? null : (
            <text className="axis" x={left + 2} y={17}>
              {hovered
                ? `${formatClock(hovered.startMs)}: ${formatCount(hovered.connections)} connections, ${formatCount(hovered.denied)} denied${hovered.lost ? `, ${formatCount(hovered.lost)} flows lost` : ''}`
                : `Connections per ${formatDuration(step)}, all traffic of the cluster`}
            </text>
          )}
          {lost > 0 && !compact ? (
            <text className="axis loss-text" x={width - RIGHT} y={17} textAnchor="end">
              {formatCount(lost)} flows lost
            </text>
          ) : null}
        </svg>
      ) : null}
    </div>
  );
}

function Scale({
  highest,
  left,
  right,
  base,
  y,
}: {
  highest: number;
  left: number;
  right: number;
  base: number;
  y: (value: number) => number;
}) {
  return [0, highest / 2, highest].map((value) => (
    <g key={value}>
      <path className="gridline" d={`M${left} ${base - y(value)}H${right}`} />
      <text className="axis" x={left - 8} y={base - y(value) + 3.5} textAnchor="end">
        {formatCount(value)}
      </text>
    </g>
  ));
}

function Bar({
  x,
  width,
  base,
  connections,
  denied,
  strong,
}: {
  x: number;
  width: number;
  base: number;
  connections: number;
  denied: number;
  strong: boolean;
}) {
  // A denied connection is never too small to see.
  const deniedHeight = denied > 0 ? Math.max(4, denied) : 0;
  const rest = Math.max(0, connections - denied);
  return (
    <>
      <rect
        x={x}
        y={base - rest}
        width={width}
        height={rest}
        fill="var(--v-allowed-line)"
        opacity={strong ? 0.8 : 0.5}
      />
      <rect x={x} y={base - rest - deniedHeight} width={width} height={deniedHeight} fill="var(--v-denied-line)" />
    </>
  );
}

const sum = (points: readonly TimelinePoint[], of: (point: TimelinePoint) => number) =>
  points.reduce((total, point) => total + of(point), 0);

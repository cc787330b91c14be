'use client';
import type { ClusterId } from '@margay/model';
import { Button, formatClock, formatDay, formatDuration } from '@margay/ui';
import { useQuery } from '@tanstack/react-query';
import { useTRPCClient } from '../../client/trpc.tsx';
import { boundsOf, type Range } from '../range/index.ts';
import { TimeStrip } from '../timeline/index.ts';

const POINTS = 120;
/** The strip shows this many times the shown range before its end, so that one sees what came before. */
const CONTEXT = 4;
const CONTEXT_MS_MAX = 30 * 86_400_000;
const EVERY_MS = 5_000;

/** Rate, loss and denials under the graph; drag to look at another time. */
export function TimeBar({
  clusterId,
  range,
  onRange,
  paused,
  onPause,
  narrow,
}: {
  clusterId: ClusterId;
  range: Range;
  onRange: (range: Range) => void;
  paused: boolean;
  onPause: (paused: boolean) => void;
  narrow: boolean;
}) {
  const client = useTRPCClient();
  const following = range.kind === 'last' && !paused;
  const { data } = useQuery({
    queryKey: ['strip', clusterId, range],
    queryFn: async ({ signal }) => {
      const now = Date.now();
      const shown = boundsOf(range, now);
      const bounds = contextOf(shown, now);
      return {
        shown,
        ...bounds,
        ...(await client.flow.timeline.query({ clusterId, ...bounds, points: POINTS }, { signal })),
      };
    },
    placeholderData: (before) => before,
    refetchInterval: following ? EVERY_MS : false,
  });
  return (
    <div className="time-bar">
      <div className="time-control">
        {range.kind === 'last' ? (
          <Button
            size="s"
            icon={paused ? 'play' : 'pause'}
            aria-label={paused ? 'Resume' : 'Pause'}
            onClick={() => onPause(!paused)}
          />
        ) : (
          <Button
            size="s"
            icon="play"
            aria-label="Back to now"
            onClick={() => onRange({ kind: 'last', minutes: 15 })}
          />
        )}
        {data && !narrow ? <span className="micro third">{shownWords(data.shown)}</span> : null}
      </div>
      <div className="grow">
        {data ? (
          <TimeStrip
            points={data.points}
            fromMs={data.fromMs}
            toMs={data.toMs}
            shown={data.shown}
            height={narrow ? 60 : 84}
            onPick={(fromMs, toMs) => onRange({ kind: 'fixed', fromMs, toMs: Math.min(toMs, Date.now()) })}
          />
        ) : null}
      </div>
    </div>
  );
}

/** The shown time with three times as much before it; never beyond the present. */
function contextOf(
  { fromMs, toMs }: { fromMs: number; toMs: number },
  nowMs: number,
): { fromMs: number; toMs: number } {
  const length = Math.min(CONTEXT * (toMs - fromMs), CONTEXT_MS_MAX);
  const end = Math.min(nowMs, toMs + (toMs - fromMs) / 2);
  return { fromMs: end - Math.max(length, toMs - fromMs), toMs: end };
}

function shownWords({ fromMs, toMs }: { fromMs: number; toMs: number }): string {
  const isToday = new Date(fromMs).toDateString() === new Date().toDateString();
  return `${isToday ? formatClock(fromMs, false) : formatDay(fromMs, toMs)} to ${formatClock(toMs, false)}, ${formatDuration(toMs - fromMs)}`;
}

'use client';
import { useSubscription } from '@trpc/tanstack-react-query';
import { useEffect, useRef } from 'react';
import { useTRPC } from '../../client/trpc.tsx';

/** `live`: told of news as they come. `polling`: asking every few seconds instead. `off`: not following. */
export type LiveState = 'live' | 'polling' | 'off';
export type Signal = 'flows' | 'recommendations' | 'cluster';

const POLL_MS = 5_000;
const TICK_MS_MIN = 1_000;

/** Calls `onTick` when a cluster has news of that kind, at most once a second; falls back to asking every 5 s while the stream is down. */
export function useLive(clusterId: string, kind: Signal, enabled: boolean, onTick: () => void): LiveState {
  const tick = useThrottled(onTick, TICK_MS_MIN);
  const stream = useSubscription(
    useTRPC().live.cluster.subscriptionOptions(
      { clusterId },
      {
        enabled,
        onData: ({ data }) => {
          if (data.kinds.includes(kind)) tick();
        },
      },
    ),
  );
  const streaming = stream.status === 'pending';
  useEffect(() => {
    if (!enabled || streaming) return;
    const timer = setInterval(tick, POLL_MS);
    return () => clearInterval(timer);
  }, [enabled, streaming, tick]);
  if (!enabled) return 'off';
  return streaming ? 'live' : 'polling';
}

/** The same function for ever; runs at once, then not again before `everyMs` has passed, and never loses the last call. */
function useThrottled(run: () => void, everyMs: number): () => void {
  const latest = useRef(run);
  latest.current = run;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const lastMs = useRef(Number.NEGATIVE_INFINITY);
  const throttled = useRef(() => {
    if (timer.current !== undefined) return;
    const wait = Math.max(0, lastMs.current + everyMs - performance.now());
    timer.current = setTimeout(() => {
      timer.current = undefined;
      lastMs.current = performance.now();
      latest.current();
    }, wait);
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  return throttled.current;
}

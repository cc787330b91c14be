import 'server-only';
import type { Bus } from '@margay/jobs';

export const SIGNALS = ['flows', 'recommendations', 'cluster'] as const;
export type Signal = (typeof SIGNALS)[number];

const WATCH_EVERY_MS = 4_000;

/**
 * What happens to one cluster, from the bus; each kind at most once in a batch, however often it was said meanwhile. Says "all of it" after a gap.
 * While somebody listens, agents are told that the cluster is watched. Ends with `signal`.
 */
export async function* clusterSignals(
  bus: Bus,
  clusterId: string,
  signal: AbortSignal,
): AsyncGenerator<readonly Signal[]> {
  const waiting = new Set<Signal>();
  let wake: () => void = () => {};
  const note = (kind: Signal) => {
    waiting.add(kind);
    wake();
  };
  const ends = SIGNALS.map((kind) =>
    bus.subscribe(kind, {
      onMessage: (key) => {
        if (key === clusterId) note(kind);
      },
      onGap: () => note(kind),
    }),
  );
  const watch = () => bus.publish('watch', clusterId);
  watch();
  const watching = setInterval(watch, WATCH_EVERY_MS);
  const onAbort = () => wake();
  signal.addEventListener('abort', onAbort);
  try {
    while (!signal.aborted) {
      if (waiting.size === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      const kinds = [...waiting];
      waiting.clear();
      yield kinds;
    }
  } finally {
    clearInterval(watching);
    signal.removeEventListener('abort', onAbort);
    for (const end of ends) end();
  }
}

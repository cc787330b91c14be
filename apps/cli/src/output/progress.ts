const QUIET_MS = 2_000;
const EVERY_MS = 500;

/** Says on stderr how far long work has come, where somebody watches. */
export interface Progress {
  readonly show: (text: () => string) => void;
  readonly end: () => void;
}

export function startProgress(): Progress {
  if (!process.stderr.isTTY) return { show: () => {}, end: () => {} };
  const startedMs = Date.now();
  let saidMs = 0;
  return {
    show: (text) => {
      const nowMs = Date.now();
      if (nowMs - startedMs <= QUIET_MS || nowMs - saidMs <= EVERY_MS) return;
      process.stderr.write(`\rmargay: ${text()} `);
      saidMs = nowMs;
    },
    end: () => {
      if (saidMs > 0) process.stderr.write('\r\u001b[K');
      saidMs = 0;
    },
  };
}

/** Passes items on, and says how many of how many are done. */
export function* counted<T>(items: readonly T[], what: string): Generator<T> {
  const progress = startProgress();
  for (const [place, item] of items.entries()) {
    progress.show(() => `${place} of ${items.length} ${what}`);
    yield item;
  }
  progress.end();
}

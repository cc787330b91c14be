const QUIET_MS = 2_000;
const EVERY_MS = 500;

/** Passes rows on; where they take long and somebody watches, says on stderr how many of the `total` sources are done. */
export function* withProgress<T extends { readonly src: string }>(rows: Iterable<T>, total: number): Generator<T> {
  if (!process.stderr.isTTY) return yield* rows;
  const startedMs = Date.now();
  let saidMs = 0;
  let done = 0;
  let last = '';
  for (const row of rows) {
    if (row.src !== last) {
      last = row.src;
      done++;
      const nowMs = Date.now();
      if (nowMs - startedMs > QUIET_MS && nowMs - saidMs > EVERY_MS) {
        process.stderr.write(`\rmargay: ${Math.min(done, total)} of ${total} workloads `);
        saidMs = nowMs;
      }
    }
    yield row;
  }
  if (saidMs > 0) process.stderr.write('\r\u001b[K');
}

import { startProgress } from './progress.ts';

/** Passes rows on; where they take long and somebody watches, says on stderr how many of the `total` sources are done. */
export function* withProgress<T extends { readonly src: string }>(rows: Iterable<T>, total: number): Generator<T> {
  const progress = startProgress();
  let done = 0;
  let last = '';
  for (const row of rows) {
    if (row.src !== last) {
      last = row.src;
      done++;
      progress.show(() => `${Math.min(done, total)} of ${total} workloads`);
    }
    yield row;
  }
  progress.end();
}

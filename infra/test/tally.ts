/** What a tier found. A skip always has its reason. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: { name: string; reason: string }[];
}

/** An empty tally. */
export function emptyTally(): Tally {
  return { passed: 0, failed: 0, skipped: [] };
}

/** Adds `part` to `total` in place. */
export function addTally(total: Tally, part: Tally): void {
  total.passed += part.passed;
  total.failed += part.failed;
  total.skipped.push(...part.skipped);
}

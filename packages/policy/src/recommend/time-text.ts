/** Whole seconds in UTC; times beyond what a Date holds are cut to it. */
export function timeText(ms: number): string {
  const LARGEST_DATE_MS = 8.64e15;
  const date = new Date(Math.min(Math.max(ms, -LARGEST_DATE_MS), LARGEST_DATE_MS));
  return date.toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** A run that does not end within this is taken as lost: its worker died, and the next request starts another. */
const LOST_AFTER_MS = 10 * 60_000;

/** Whether what was asked for is still to come. */
export function isRunning(run: { requestedAt: Date | null; finishedAt: Date | null } | null, now: Date): boolean {
  const requestedMs = run?.requestedAt?.getTime();
  if (requestedMs === undefined || now.getTime() - requestedMs > LOST_AFTER_MS) return false;
  return requestedMs > (run?.finishedAt?.getTime() ?? 0);
}

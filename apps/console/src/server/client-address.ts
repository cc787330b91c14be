/** The address that the front door saw: it appends it, so only the last one is not the browser's own word. Bounded, as it becomes a key. */
export function clientAddress(forwardedFor: string | null | undefined): string {
  const last = forwardedFor?.split(',').at(-1)?.trim();
  return last ? last.slice(0, 64) : 'unknown';
}

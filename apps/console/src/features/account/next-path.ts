/** Where to go after signing in: a path of this console, else the start. Keeps `?next=//elsewhere` from leading away. */
export function nextPath(next: string | null): string {
  if (!next?.startsWith('/') || next.startsWith('//') || next.includes('\\')) return '/';
  return next;
}

/** Ids of drawn edges as @margay/graph makes them: the length of the source, so that no name can pretend to be two. */
export function edgeIdOf(source: string, target: string): string {
  return `${source.length}:${source}>${target}`;
}

/** Inverse; null for what is none. */
export function endsOf(id: string): { source: string; target: string } | null {
  const match = /^(\d{1,5}):/.exec(id);
  if (!match) return null;
  const from = match[0].length;
  const length = Number(match[1]);
  if (id[from + length] !== '>') return null;
  return { source: id.slice(from, from + length), target: id.slice(from + length + 1) };
}

/** A name as part of a URL: lower-case letters, digits and dashes, at most 40; `team` where nothing of it is left. */
export function slugOf(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{Mark}/gu, '');
  const dashed = plain.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return dashed.slice(0, 40).replace(/^-+|-+$/g, '') || 'team';
}

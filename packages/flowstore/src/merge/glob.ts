/** Whether `value` is `pattern`, in which each `*` stands for any text. Linear: a hostile pattern costs no more than a long one. */
export function matchesGlob(pattern: string, value: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  const tail = rest.pop();
  if (tail === undefined) return value === pattern;
  if (!value.startsWith(head) || !value.endsWith(tail) || value.length < head.length + tail.length) return false;
  let at = head.length;
  const end = value.length - tail.length;
  for (const part of rest) {
    const found = value.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

/** The same as a LIKE pattern (escape character `\`). */
export function globToLike(pattern: string): string {
  return pattern.replaceAll(/[\\%_]/g, '\\$&').replaceAll(/\*+/g, '%');
}

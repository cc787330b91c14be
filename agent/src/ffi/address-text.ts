/**
 * An address as Kubernetes writes it: dotted quad, or RFC 5952 (lower case, the longest run of zero groups as `::`).
 *
 * @param family 4 or 6: how many of the bytes at `offset` count, 4 or 16.
 */
export function addressText(bytes: Uint8Array, offset: number, family: number): string {
  if (family === 4) return `${bytes[offset]}.${bytes[offset + 1]}.${bytes[offset + 2]}.${bytes[offset + 3]}`;
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(((bytes[offset + i] ?? 0) << 8) | (bytes[offset + i + 1] ?? 0));
  const [start, length] = longestZeroRun(groups);
  const hex = (from: number, to: number) =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  // A single zero group is written out.
  return length < 2 ? hex(0, 8) : `${hex(0, start)}::${hex(start + length, 8)}`;
}

function longestZeroRun(groups: readonly number[]): [start: number, length: number] {
  let best: [number, number] = [0, 0];
  let length = 0;
  for (let i = 0; i < groups.length; i++) {
    length = groups[i] === 0 ? length + 1 : 0;
    if (length > best[1]) best = [i - length + 1, length];
  }
  return best;
}

/** The 4 or 16 bytes of an address that the kernel or Kubernetes wrote; undefined when it is none. A zone (`%eth0`) is ignored. */
export function addressBytes(text: string): Uint8Array | undefined {
  const bare = text.split('%', 1)[0] ?? '';
  return bare.includes(':') ? bytesOfIpv6(bare) : bytesOfIpv4(bare);
}

function bytesOfIpv4(text: string): Uint8Array | undefined {
  const parts = text.split('.').map(Number);
  const valid = parts.length === 4 && parts.every((part) => Number.isInteger(part) && part >= 0 && part <= 255);
  return valid ? Uint8Array.from(parts) : undefined;
}

function bytesOfIpv6(text: string): Uint8Array | undefined {
  const [head = '', tail, rest] = text.split('::');
  if (rest !== undefined) return undefined;
  const groupsOf = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  const left = groupsOf(head);
  const right = tail === undefined ? [] : groupsOf(tail);
  const gap = 8 - left.length - right.length;
  if (tail === undefined ? gap !== 0 : gap < 0) return undefined;
  const groups = [...left, ...new Array<number>(gap).fill(0), ...right];
  if (groups.some((group) => !Number.isInteger(group) || group < 0 || group > 0xffff)) return undefined;
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

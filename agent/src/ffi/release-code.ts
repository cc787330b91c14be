import { readFileSync } from 'node:fs';
import { loadLibrary } from './load-library.ts';

/** linux/mman.h */
const MADV_DONTNEED = 4;
/** `address range, permissions, offset, device, inode, path` (proc(5)). */
const MAPPING = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ \S+ +(\/.*)$/;

export interface CodeMapping {
  readonly address: bigint;
  /** In bytes. */
  readonly length: number;
}

/** Mappings of files that can be executed and not written: what stands there stands in the file as well. `maps` is the text of /proc/self/maps. */
export function codeMappings(maps: string): CodeMapping[] {
  return maps.split('\n').flatMap((line) => {
    const [, from, to, permissions, path] = MAPPING.exec(line) ?? [];
    if (from === undefined || to === undefined || permissions !== 'r-xp' || path?.endsWith(' (deleted)')) return [];
    const address = BigInt(`0x${from}`);
    return [{ address, length: Number(BigInt(`0x${to}`) - address) }];
  });
}

/**
 * Takes this process's code out of its memory; what is still needed comes back, page by page, from the page cache. Most of Node's code runs once, at the start: without
 * this some 40 MiB of it stay resident for good. Nothing is lost: such a mapping is never dirty (madvise(2)). Does nothing where the kernel refuses.
 */
export function releaseCode(): void {
  const madvise = loadLibrary('libc.so.6', 'it belongs to the system').func(
    'int madvise(uintptr_t addr, size_t length, int advice)',
  );
  for (const { address, length } of codeMappings(readFileSync('/proc/self/maps', 'utf8')))
    madvise(address, length, MADV_DONTNEED);
}

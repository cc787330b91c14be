import { readFileSync } from 'node:fs';
import { loadLibrary } from './load-library.ts';

/** linux/mman.h */
const MADV_DONTNEED = 4;
/** First line of a mapping in /proc/self/smaps (proc(5)): `address range, permissions, offset, device, inode, path`. */
const MAPPING = /^([0-9a-f]+)-([0-9a-f]+) (r-xp|r--p) \S+ \S+ \S+ +\/.*(?<! \(deleted\))$/;
/** Pages of it that are not the file's any more (relocated, written). */
const CLEAN = /^Anonymous: +0 kB$/;
const HEAD = /^[0-9a-f]+-[0-9a-f]+ /;

export interface Mapping {
  readonly address: bigint;
  /** In bytes. */
  readonly length: number;
}

/** Mappings of files that cannot be written and in which nothing stands but what the file has. `smaps` is the text of /proc/self/smaps. */
export function cleanMappings(smaps: string): Mapping[] {
  const clean: Mapping[] = [];
  let current: Mapping | null = null;
  for (const line of smaps.split('\n')) {
    if (HEAD.test(line)) {
      const [, from, to] = MAPPING.exec(line) ?? [];
      const address = BigInt(`0x${from ?? '0'}`);
      current = to === undefined ? null : { address, length: Number(BigInt(`0x${to}`) - address) };
    } else if (current !== null && CLEAN.test(line)) clean.push(current);
  }
  return clean;
}

/**
 * Takes out of this process's memory what it can get back: code and constants, which come back page by page from the page cache where they are still needed, and what
 * `free` left inside the heap. Most of Node's code runs once, at the start; without this some 30 MiB of it stay resident for good. Nothing is lost
 * (madvise(2), malloc_trim(3)). Does nothing where the kernel refuses.
 */
export function releaseMemory(): void {
  const libc = loadLibrary('libc.so.6', 'it belongs to the system');
  const madvise = libc.func('int madvise(uintptr_t addr, size_t length, int advice)');
  for (const { address, length } of cleanMappings(readFileSync('/proc/self/smaps', 'utf8')))
    madvise(address, length, MADV_DONTNEED);
  libc.func('int malloc_trim(size_t pad)')(0);
}

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmdirSync, statfsSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MargayError } from '@margay/model';
import { networkNamespaceId } from '../../ffi/index.ts';

/** linux/magic.h */
const BPF_FS_MAGIC = 0xcafe4a11;

/** A folder of this network namespace's own in a bpffs. */
export interface PinDirectory {
  readonly path: string;
  /** Removes the pins, the folder and, if it was mounted here, the bpffs. Maps and links live on while someone holds them. */
  remove(): void;
}

/**
 * Makes `<base>/<network namespace>`: nodes that share a bpffs (several on one machine) must not share maps. Mounts a
 * bpffs where there is none.
 *
 * @throws MargayError that says how to get a bpffs, when it can neither be found nor mounted.
 */
export function openPinDirectory(base: string): PinDirectory {
  const mounted = ensureBpffs(base);
  const path = join(base, networkNamespaceId());
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return {
    path,
    remove: () => {
      removeTree(path);
      // Another node's folder may lie beside ours; then the base stays.
      if (base !== mounted) removeIfEmpty(base);
      if (mounted) unmount(mounted);
    },
  };
}

/** Returns where it mounted one, or undefined when there was one. */
function ensureBpffs(base: string): string | undefined {
  const existing = nearestExisting(base);
  if (isBpffs(existing)) return undefined;
  const target = mountPoint(base, existing);
  try {
    execFileSync('mount', ['-t', 'bpf', 'margay-bpf', target], { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (cause) {
    throw new MargayError(
      'PRECONDITION_FAILED',
      `${base} is not in a bpffs and none can be mounted at ${target}. Mount one: mount -t bpf bpf /sys/fs/bpf.`,
      { cause },
    );
  }
  return target;
}

/** sysfs lets nobody make folders; the kernel keeps an empty one at /sys/fs/bpf to mount over. */
function mountPoint(base: string, existing: string): string {
  if (existing.startsWith('/sys/')) return existing;
  mkdirSync(base, { recursive: true, mode: 0o700 });
  return base;
}

function nearestExisting(path: string): string {
  return existsSync(path) || path === dirname(path) ? path : nearestExisting(dirname(path));
}

function isBpffs(path: string): boolean {
  // Node gives the 32-bit magic with or without its sign.
  return statfsSync(path).type >>> 0 === BPF_FS_MAGIC;
}

function removeTree(path: string): void {
  for (const entry of existsSync(path) ? readdirSync(path, { withFileTypes: true }) : []) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) removeTree(child);
    else unlinkSync(child);
  }
  removeIfEmpty(path);
}

function removeIfEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Not empty, or gone already.
  }
}

function unmount(target: string): void {
  try {
    execFileSync('umount', [target], { stdio: 'ignore' });
  } catch {
    // In use by somebody else: then it is theirs now.
  }
}

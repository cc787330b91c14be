import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statfsSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MargayError } from '@margay/model';
import { networkNamespaceId, TcxLink } from '../../ffi/index.ts';

/** linux/magic.h */
const BPF_FS_MAGIC = 0xcafe4a11;
/** What a mount of ours says it is of, so that a later process knows whose it was. */
const MOUNT_SOURCE = 'margay-bpf';

/** A folder of this network namespace's own in a bpffs. */
export interface PinDirectory {
  readonly path: string;
  /** Removes the pins, the folder and, if the agent mounted it, the bpffs. Maps and links live on while someone holds them. */
  remove(): void;
}

/**
 * Makes `<base>/<network namespace>`: nodes that share a bpffs (several on one machine) must not share maps. Mounts a
 * bpffs where there is none. Folders of nodes that no longer exist are removed.
 *
 * @throws MargayError that says how to get a bpffs, when it can neither be found nor mounted.
 */
export function openPinDirectory(base: string): PinDirectory {
  ensureBpffs(base);
  const path = join(base, networkNamespaceId());
  mkdirSync(path, { recursive: true, mode: 0o700 });
  removeAbandoned(base, path);
  return {
    path,
    remove: () => {
      removeTree(path);
      // Another node's folder may lie beside ours: then the base stays, and with it the mount.
      if (existsSync(base) && pinsIn(base).length > 0) return;
      const mounted = ownMount(base);
      if (base !== mounted) removeIfEmpty(base);
      if (mounted && pinsIn(mounted).length === 0) unmount(mounted);
    },
  };
}

/** What somebody put there; the kernel itself keeps `maps.debug` and `progs.debug` in the root of every bpffs. */
function pinsIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => !name.endsWith('.debug'));
}

function ensureBpffs(base: string): void {
  const existing = nearestExisting(base);
  if (isBpffs(existing)) return;
  const target = mountPoint(base, existing);
  try {
    execFileSync('mount', ['-t', 'bpf', MOUNT_SOURCE, target], { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (cause) {
    throw new MargayError(
      'PRECONDITION_FAILED',
      `${base} is not in a bpffs and none can be mounted at ${target}. Mount one: mount -t bpf bpf /sys/fs/bpf.`,
      { cause },
    );
  }
}

/** sysfs lets nobody make folders; the kernel keeps an empty one at /sys/fs/bpf to mount over. */
function mountPoint(base: string, existing: string): string {
  if (existing.startsWith('/sys/')) return existing;
  mkdirSync(base, { recursive: true, mode: 0o700 });
  return base;
}

/** Where the agent, this process or a former one, mounted the bpffs that `base` is in. */
function ownMount(base: string): string | undefined {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([source, target = '']) => source === MOUNT_SOURCE && (base === target || base.startsWith(`${target}/`)))
    .at(-1)?.[1];
}

/** A node's namespace is gone for sure when it had taps and the interfaces of all of them are gone. */
function removeAbandoned(base: string, own: string): void {
  for (const name of readdirSync(base)) {
    const folder = join(base, name);
    if (folder === own || !/^(cookie|inode)-\d+$/.test(name)) continue;
    const links = readdirSync(folder).filter((pin) => pin.startsWith('link-'));
    if (links.length > 0 && links.every((pin) => isDead(join(folder, pin)))) removeTree(folder);
  }
}

function isDead(pin: string): boolean {
  const link = TcxLink.openPinned(pin);
  if (!link) return true;
  try {
    return link.interfaceIndex() === 0;
  } finally {
    link.close();
  }
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
    removeIfEmpty(target);
  } catch {
    // In use by somebody else: then it is theirs now.
  }
}

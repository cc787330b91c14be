import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why no disk can be limited here; null where one can. */
export const noLimitedDisk: string | null = process.getuid?.() === 0 ? null : 'only root may mount a file system';

/** A file system in memory whose size can be changed while it is used. */
export class LimitedDisk {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** Mounts one at `directory`, which is made when missing. */
  static async mount(directory: string, bytes: number): Promise<LimitedDisk> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=0700`, 'margay-faults', directory]);
    return new LimitedDisk(directory);
  }

  resize(bytes: number): void {
    execFileSync('mount', ['-o', `remount,size=${Math.ceil(bytes)}`, this.directory]);
  }

  async usedBytes(): Promise<number> {
    const { blocks, bfree, bsize } = await statfs(this.directory);
    return (blocks - bfree) * bsize;
  }

  unmount(): void {
    execFileSync('umount', ['-l', this.directory]);
  }
}

const PREFIX = 'margay-faults-';

/** A folder whose name says which process it belongs to. */
export async function ownFolder(name: string): Promise<string> {
  const folder = join(tmpdir(), `${PREFIX}${process.pid}-${name}`);
  await mkdir(folder, { mode: 0o700 });
  return folder;
}

/** Takes away what runs left that were killed themselves. */
export async function removeLeftovers(): Promise<void> {
  const alive = async (pid: string) => (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')) !== '';
  for (const name of await readdir(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (!pid || (await alive(pid))) continue;
    const folder = join(tmpdir(), name);
    const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '');
    for (const mount of mounts.filter((path) => path.startsWith(`${folder}/`))) execFileSync('umount', ['-l', mount]);
    await rm(folder, { recursive: true, force: true });
  }
}

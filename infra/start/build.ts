import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MargayError } from '@margay/model';
import { ROOT } from './settings.ts';

const SOURCES = ['apps/console', 'packages', 'prisma', 'package-lock.json'];
const IGNORED = new Set(['node_modules', '.next', 'dist', 'test', 'README.md', 'generated', 'next-env.d.ts']);

/**
 * Builds the console once per state of its sources; a second start finds the stamp and skips it.
 *
 * @returns whether it built.
 * @throws MargayError INTERNAL with the end of the build's output.
 */
export async function buildConsole(onProgress: (line: string) => void): Promise<boolean> {
  const stampFile = join(ROOT, 'apps/console/.next/margay-stamp');
  const stamp = await hashSources();
  if ((await readFile(stampFile, 'utf8').catch(() => '')) === stamp) return false;
  onProgress('Building the console …');
  await rm(stampFile, { force: true });
  await runNode(['node_modules/next/dist/bin/next', 'build', 'apps/console'], 'next build');
  await writeFile(stampFile, stamp);
  return true;
}

/** Runs a script under this Node and waits. @throws MargayError INTERNAL with the end of its output. */
export async function runNode(args: readonly string[], name: string): Promise<void> {
  const child = spawn(process.execPath, [...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true',
    },
  });
  const end = () => void child.kill();
  process.once('exit', end);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-8_000)));
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  process.off('exit', end);
  if (code !== 0) throw new MargayError('INTERNAL', `${name} failed:\n${output}`);
}

async function hashSources(): Promise<string> {
  const hash = createHash('sha256').update(process.version);
  for (const source of SOURCES) await hashInto(hash, source);
  return hash.digest('hex');
}

async function hashInto(hash: ReturnType<typeof createHash>, path: string): Promise<void> {
  const entries = await readdir(join(ROOT, path), { withFileTypes: true }).catch(() => null);
  if (entries === null) {
    hash.update(path).update(await readFile(join(ROOT, path)));
    return;
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (IGNORED.has(entry.name) || entry.name.endsWith('.test.ts') || entry.name.endsWith('.test.tsx')) continue;
    await hashInto(hash, `${path}/${entry.name}`);
  }
}

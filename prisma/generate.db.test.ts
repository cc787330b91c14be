import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

/** A tree of its own: other tests read the client of this one. */
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'margay-prisma-generate-'));
  for (const folder of ['prisma', 'packages/db/src', 'node_modules'])
    await mkdir(join(root, folder), { recursive: true });
  await cp(join(import.meta.dirname, 'generate.ts'), join(root, 'prisma/generate.ts'));
  await cp(join(import.meta.dirname, 'schema'), join(root, 'prisma/schema'), { recursive: true });
  await writeFile(join(root, 'package.json'), '{"type":"module"}');
  await symlink(join(import.meta.dirname, '../node_modules/prisma'), join(root, 'node_modules/prisma'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const start = () => spawn(process.execPath, [join(root, 'prisma/generate.ts')], { stdio: ['ignore', 'pipe', 'pipe'] });

async function said(child: ChildProcess): Promise<string> {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (text += chunk));
  await new Promise((resolve) => child.once('close', resolve));
  return text.trim();
}
const client = () => readFile(join(root, 'packages/db/src/generated/client.ts'), 'utf8');

it('of several at once one generates, and none goes on before it is done', async () => {
  const answers = await Promise.all([1, 2, 3].map(() => said(start())));
  expect(answers.sort()).toEqual([
    'generated the Prisma client',
    'the Prisma client is up to date',
    'the Prisma client is up to date',
  ]);
  expect(await client()).toContain('PrismaClient');
}, 60_000);

it('goes on after one that was killed', async () => {
  const first = start();
  const ended = said(first);
  await locked();
  first.kill('SIGKILL');
  await ended;
  expect(await said(start())).toBe('generated the Prisma client');
  expect(await client()).toContain('PrismaClient');
}, 60_000);

async function locked(): Promise<void> {
  for (const deadline = Date.now() + 20_000; ; ) {
    if ((await readdir(join(root, 'node_modules'))).includes('.margay-generate.lock')) return;
    if (Date.now() > deadline) throw new Error('nobody took the lock');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

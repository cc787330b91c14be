import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const HERE = import.meta.dirname;
const SCHEMA = join(HERE, 'schema');
const OUTPUT = join(HERE, '../packages/db/src/generated');
const STAMP = join(OUTPUT, '.stamp');
const LOCK = join(HERE, '../node_modules/.margay-generate.lock');
const LOCK_TIMEOUT_MS = 180_000;

/**
 * Writes the Prisma client to packages/db/src/generated, unless schema and Prisma are what they were the last time (a hash beside the output says so).
 * Of several at once one writes, the others wait until it is done.
 *
 * @returns whether it generated.
 */
export function generate(): boolean {
  const prisma = createRequire(import.meta.url).resolve('prisma/package.json');
  const stamp = hashOf([
    prisma,
    ...readdirSync(SCHEMA)
      .sort()
      .map((file) => join(SCHEMA, file)),
  ]);
  if (isDone(stamp)) return false;
  return withLock(() => {
    if (isDone(stamp)) return false;
    write(prisma);
    writeFileSync(STAMP, stamp);
    return true;
  });
}

const isDone = (stamp: string): boolean => existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp;

/** By the lock of an empty SQLite file: of those that Node has, only this one is taken back by the kernel from a process that was killed. */
function withLock<T>(work: () => T): T {
  const lock = new DatabaseSync(LOCK, { timeout: LOCK_TIMEOUT_MS });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return work();
  } finally {
    lock.close();
  }
}

function write(prisma: string): void {
  // What is cut short must not pass for what stood here before.
  rmSync(STAMP, { force: true });
  const command = [join(dirname(prisma), 'build/index.js'), 'generate', '--schema', SCHEMA, '--no-hints'];
  const result = spawnSync(process.execPath, command, {
    cwd: HERE,
    encoding: 'utf8',
    // Generating needs no schema engine, but Prisma would fetch one; any existing file keeps it from that.
    env: {
      ...process.env,
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
    },
  });
  if (result.status !== 0) throw new Error(`prisma generate failed:\n${result.stdout}${result.stderr}`);
}

function hashOf(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file.slice(HERE.length)).update(readFileSync(file));
  return hash.digest('hex');
}

if (import.meta.main) console.log(generate() ? 'generated the Prisma client' : 'the Prisma client is up to date');

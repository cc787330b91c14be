import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MargayError } from '@margay/model';
import { runMigrations as migrateQueue } from 'bullmq';
import pg from 'pg';
import { withEngine } from './engine.ts';
import { ensureRoles, type Passwords } from './roles.ts';

export { generate } from './generate.ts';

export interface MigrateOptions {
  /** A role that owns the database and may create roles. Nothing but migrations connects with it. */
  readonly ownerUrl: string;
  /** Set at every call, so that a lost secret is mended by a restart. */
  readonly passwords: Passwords;
}

const MIGRATIONS = join(import.meta.dirname, 'migrations');
const QUEUE_SCHEMA = 'bullmq';
const LOCK = 0x6d617267; // "marg"

/**
 * Brings a PostgreSQL (15 or newer) database to this version: roles, schema, the queue's schema, grants. Doing it again changes nothing; several at once wait for one another.
 *
 * @returns names of the migrations that were applied now.
 * @throws MargayError PRECONDITION_FAILED for a server that is too old; the database's error where a migration failed (each is one transaction).
 */
export async function migrate({ ownerUrl, passwords }: MigrateOptions): Promise<{ applied: readonly string[] }> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await requireVersion(client);
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await ensureRoles(client, passwords);
    const applied = await applyMigrations(ownerUrl);
    await openQueue(client);
    return { applied };
  } finally {
    // Ends the session, and the lock with it.
    await client.end();
  }
}

async function requireVersion(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ number: number; text: string }>(
    "SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS text",
  );
  const version = rows[0];
  if (!version || version.number < 150_000)
    throw new MargayError('PRECONDITION_FAILED', `PostgreSQL 15 or newer is needed; this server is ${version?.text}`);
}

async function applyMigrations(url: string): Promise<readonly string[]> {
  const migrationsList = await listMigrations();
  const filters = { externalTables: [], externalEnums: [] };
  return await withEngine(url, undefined, async (engine) => {
    const history = await engine.diagnoseMigrationHistory({ migrationsList, filters, optInToShadowDatabase: false });
    // A migration that failed left nothing behind but its mark, which would block every later one, its mended self too.
    for (const migrationName of history.failedMigrationNames) await engine.markMigrationRolledBack({ migrationName });
    return (await engine.applyMigrations({ migrationsList, filters })).appliedMigrationNames;
  });
}

/** The folder as the schema engine wants it. */
export async function listMigrations() {
  const entries = await readdir(MIGRATIONS, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const migrationDirectories = await Promise.all(
    names.sort().map(async (path) => {
      const value = await readFile(join(MIGRATIONS, path, 'migration.sql'), 'utf8');
      return { path, migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value } } };
    }),
  );
  const lockfile = { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' };
  return { baseDir: MIGRATIONS, lockfile, shadowDbInitScript: '', migrationDirectories };
}

/** BullMQ's own migrations, then its role: at run time it makes a sequence a queue, hence CREATE on this schema and no other. */
async function openQueue(client: pg.Client): Promise<void> {
  await migrateQueue(client, QUEUE_SCHEMA);
  await client.query(`
    GRANT USAGE, CREATE ON SCHEMA ${QUEUE_SCHEMA} TO margay_queue;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${QUEUE_SCHEMA} TO margay_queue;
    REVOKE INSERT, UPDATE, DELETE ON ${QUEUE_SCHEMA}.migration FROM margay_queue;
    GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA ${QUEUE_SCHEMA} TO margay_queue;
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${QUEUE_SCHEMA} TO margay_queue`);
}

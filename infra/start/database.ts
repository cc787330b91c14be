import { join } from 'node:path';
import { migrate } from '@margay/prisma';
import pg from 'pg';
import { type SupervisedPostgres, supervisePostgres } from './postgres.ts';
import type { Secrets } from './secrets.ts';
import type { Settings } from './settings.ts';

export interface Database {
  /** Connection URLs by role; the owner's stays in this process. */
  readonly urls: { readonly app: string; readonly ingest: string; readonly rollup: string; readonly queue: string };
  readonly description: string;
}

/** The server that DATABASE_URL names (its role must be able to create roles), else the embedded one; migrated either way. */
export async function openDatabase(
  settings: Settings,
  secrets: Secrets,
  onServer: (server: SupervisedPostgres) => void,
  say: (line: string) => void,
): Promise<Database> {
  const server = settings.databaseUrl
    ? null
    : await supervisePostgres(
        { dataDirectory: join(settings.home, 'postgres'), password: secrets.postgres, durable: true },
        say,
      );
  if (server) onServer(server);
  const ownerUrl = settings.databaseUrl ?? (await ensureDatabase(server?.url ?? '', 'margay'));
  await migrate({ ownerUrl, passwords: secrets.roles });
  const as = (role: keyof Secrets['roles']) => withUser(ownerUrl, `margay_${role}`, secrets.roles[role]);
  return {
    urls: { app: as('app'), ingest: as('ingest'), rollup: as('rollup'), queue: as('queue') },
    description: server ? `embedded PostgreSQL (${server.account})` : `PostgreSQL at ${new URL(ownerUrl).host}`,
  };
}

async function ensureDatabase(url: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (!rowCount) await client.query(`create database ${pg.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
  const named = new URL(url);
  named.pathname = `/${name}`;
  return named.href;
}

function withUser(url: string, user: string, password: string): string {
  const changed = new URL(url);
  changed.username = user;
  changed.password = encodeURIComponent(password);
  return changed.href;
}

import { randomBytes } from 'node:crypto';
import { type Database, openDatabase } from '@margay/db';
import {
  createPostgresFlowStore,
  createPostgresMaintenance,
  type FlowMaintenance,
  type FlowStore,
} from '@margay/flowstore';
import pg from 'pg';
import { inject } from 'vitest';
import { dropDatabases } from './server.ts';

export type TestRole = 'owner' | 'app' | 'ingest' | 'rollup' | 'queue';

export interface TestDatabase {
  readonly name: string;
  readonly urls: Readonly<Record<TestRole, string>>;
  /** As the processes open it: role margay_app, row-level security. */
  readonly db: Database;
  /** Both sides open: it reads as margay_app and appends as margay_ingest. Partitions are there for now; see `maintenance`. */
  readonly flowStore: FlowStore;
  /** Eager: its roll-up takes all that was appended before, so that no test waits for a slot of arrival to end. */
  readonly maintenance: FlowMaintenance;
  /** Rows of one statement under a role of one's choice, past every verb. Each call is its own connection. */
  query<Row extends object>(role: TestRole, sql: string, values?: unknown[]): Promise<Row[]>;
  /** Drops it. */
  close(): Promise<void>;
}

/** A migrated database of this test file's own, cloned from the run's template in about a tenth of a second. Call `close` in `afterAll`. */
export async function testDatabase(): Promise<TestDatabase> {
  const server = inject('margayPostgres');
  const name = server.prefix + randomBytes(5).toString('hex');
  await cloneTemplate(server.adminUrl, server.template, name);
  const urls = {
    owner: urlOf(server.adminUrl, name),
    app: urlOf(server.adminUrl, name, 'margay_app', server.passwords.app),
    ingest: urlOf(server.adminUrl, name, 'margay_ingest', server.passwords.ingest),
    rollup: urlOf(server.adminUrl, name, 'margay_rollup', server.passwords.rollup),
    queue: urlOf(server.adminUrl, name, 'margay_queue', server.passwords.queue),
  };
  const flows = { connections: 4, applicationName: 'margay-test', onError: () => undefined };
  const flowStore = createPostgresFlowStore({
    read: { ...flows, url: urls.app },
    write: { ...flows, url: urls.ingest },
  });
  const maintenance = createPostgresMaintenance({ ...flows, url: urls.rollup, eager: true });
  const db = openDatabase({ url: urls.app, connections: 10, applicationName: 'margay-test', onError: () => undefined });
  return {
    name,
    urls,
    db,
    flowStore,
    maintenance,
    query: (role, sql, values) => queryOnce(urls[role], sql, values),
    close: async () => {
      await Promise.all([db.close(), flowStore.close(), maintenance.close()]);
      await dropDatabases(server.adminUrl, [name]);
    },
  };
}

async function cloneTemplate(adminUrl: string, template: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    // Two clones at once fail on each other's look at the template (55006): one at a time.
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [template]);
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  } finally {
    await client.end();
  }
}

async function queryOnce<Row extends object>(url: string, sql: string, values?: unknown[]): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

function urlOf(adminUrl: string, database: string, user?: string, password?: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  if (user !== undefined) {
    url.username = user;
    url.password = password ?? '';
  }
  return url.href;
}

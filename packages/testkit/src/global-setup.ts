import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@margay/embedded-postgres';
import { createPostgresMaintenance } from '@margay/flowstore';
import { generate, migrate } from '@margay/prisma';
import pg from 'pg';
import { dropDatabases, type TestServer } from './server.ts';
import { watch } from './watchdog.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    margayPostgres: TestServer;
  }
}

/** The part of vitest's project that is used. */
interface Project {
  provide(key: 'margayPostgres', value: TestServer): void;
}

/**
 * vitest's global set-up of the database tests: one PostgreSQL server a run (embedded, or the one of TEST_DATABASE_URL, whose role may create databases and roles),
 * one migrated template that {@link testDatabase} clones.
 *
 * @returns the teardown: nothing is left on the server, nor the server itself.
 */
export async function setup(project: Project): Promise<() => Promise<void>> {
  generate();
  const run = randomBytes(5).toString('hex');
  const external = process.env.TEST_DATABASE_URL;
  const server = external ? { url: external, stop: async () => undefined } : await startEmbedded(run);
  const passwords = passwordsFor(external ?? run);
  const template = `margay_template_${run}`;
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${template}`);
  await admin.end();
  const ownerUrl = withDatabase(server.url, template);
  await migrate({ ownerUrl, passwords });
  await makePartitions(ownerUrl, passwords.rollup);
  project.provide('margayPostgres', { adminUrl: server.url, template, prefix: `margay_test_${run}_`, passwords });
  return async () => {
    if (external) await dropDatabases(server.url, [`margay_test_${run}_`, template]);
    await server.stop();
  };
}

/** As the worker does at its start. */
async function makePartitions(ownerUrl: string, password: string): Promise<void> {
  const url = Object.assign(new URL(ownerUrl), { username: 'margay_rollup', password }).href;
  const maintenance = createPostgresMaintenance({ url, connections: 1, applicationName: 'margay-test' });
  await maintenance.upkeep(Date.now());
  await maintenance.close();
}

async function startEmbedded(run: string): Promise<{ url: string; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'margay-testkit-'));
  const server = await startPostgres({
    dataDirectory: join(folder, 'data'),
    password: run,
    durable: false,
    maxConnections: 200,
  });
  const release = watch(server.pid, folder);
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      release();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Roles belong to the server: runs that share one must agree on the passwords. */
function passwordsFor(seed: string): TestServer['passwords'] {
  const password = (role: string) => createHash('sha256').update(`margay test ${role} ${seed}`).digest('hex');
  return { app: password('app'), ingest: password('ingest'), rollup: password('rollup'), queue: password('queue') };
}

function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

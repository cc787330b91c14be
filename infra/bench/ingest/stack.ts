import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { openDatabase } from '@margay/db';
import { createPostgresFlowStore } from '@margay/flowstore';
import { MargayError } from '@margay/model';
import { withBenchPostgres } from '../bench-postgres.ts';
import { makeTenant } from '../make-tenant.ts';

const ROOT = join(import.meta.dirname, '../../..');

export interface Stack {
  /** Superuser. */
  readonly databaseUrl: string;
  readonly ingestOrigin: string;
  /** An agent's credential. */
  readonly bearer: string;
  close(): Promise<void>;
}

/** A durable PostgreSQL of its own, migrated, an ingest process, and a tenant with one enrolled cluster. */
export function openStack(): Promise<Stack> {
  return withBenchPostgres(async (postgres) => {
    const { url, urlOf, close } = postgres;
    const port = await freePort();
    const ingestOrigin = `http://127.0.0.1:${port}`;
    const ingest = startIngest({
      MARGAY_APP_DATABASE_URL: urlOf('app'),
      MARGAY_INGEST_DATABASE_URL: urlOf('ingest'),
      MARGAY_QUEUE_DATABASE_URL: urlOf('queue'),
      MARGAY_PUBLIC_URL: ingestOrigin,
      // All agents are one cluster's: its share must not be what is measured.
      MARGAY_INGEST_CLUSTER_BYTES: String(4 * 2 ** 30),
      PORT: String(port),
    });
    postgres.finally(() => stop(ingest));
    await ready(ingestOrigin, ingest);
    const bearer = await enrol(urlOf('app'), ingestOrigin);
    return { databaseUrl: url, ingestOrigin, bearer, close };
  });
}

function startIngest(environment: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [join(ROOT, 'apps/ingest/src/main.ts')], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, NODE_ENV: 'production', LOG_LEVEL: 'warn', ...environment },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

async function ready(origin: string, child: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline && child.exitCode === null; ) {
    const ok = await fetch(`${origin}/healthz`).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new MargayError('UNAVAILABLE', 'ingest did not start');
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

async function enrol(appUrl: string, origin: string): Promise<string> {
  const db = openDatabase({ url: appUrl, connections: 2, applicationName: 'margay-bench' });
  const flowStore = createPostgresFlowStore({});
  try {
    const jobs = { requestRecommendations: async () => undefined };
    return (await makeTenant({ db, flowStore, publicUrl: origin, jobs })).bearer;
  } finally {
    await db.close();
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
      .once('error', reject)
      .listen(0, '127.0.0.1', () => {
        const address = server.address();
        server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
      });
  });
}

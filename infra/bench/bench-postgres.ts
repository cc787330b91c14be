import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@margay/embedded-postgres';
import { migrate } from '@margay/prisma';

export interface BenchPostgres {
  /** Superuser. */
  readonly url: string;
  /** Of a role of Margay's, such as `app`. */
  readonly urlOf: (role: string) => string;
  /** Has this done when all is over, before what was opened earlier is closed. */
  readonly finally: (cleanup: () => Promise<unknown>) => void;
  readonly close: () => Promise<void>;
}

/** A durable PostgreSQL of its own, migrated, for as long as `use` needs to open what it gives; closed again where that fails. */
export async function withBenchPostgres<T>(use: (postgres: BenchPostgres) => Promise<T>): Promise<T> {
  const cleanups: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup().catch((error: unknown) => console.error(error));
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), 'margay-bench-'));
    cleanups.push(() => rm(folder, { recursive: true, force: true }));
    const password = randomBytes(12).toString('hex');
    const server = await startPostgres({ dataDirectory: join(folder, 'data'), password, durable: true });
    cleanups.push(() => server.stop());
    const passwords = { app: password, ingest: password, rollup: password, queue: password };
    await migrate({ ownerUrl: server.url, passwords });
    const urlOf = (role: string) => Object.assign(new URL(server.url), { username: `margay_${role}` }).href;
    return await use({ url: server.url, urlOf, finally: (cleanup) => cleanups.push(cleanup), close });
  } catch (error) {
    await close();
    throw error;
  }
}

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@margay/db';
import { startPostgres } from '@margay/embedded-postgres';
import { createPostgresFlowStore, createPostgresMaintenance } from '@margay/flowstore';
import { migrate } from '@margay/prisma';
import { makeTenant, type Tenant } from '../make-tenant.ts';

export interface QueryStack extends Tenant {
  /** Superuser. */
  readonly databaseUrl: string;
  readonly rollUp: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A durable PostgreSQL of its own, migrated, with a tenant whose verbs reach the real flow store. */
export async function openQueryStack(): Promise<QueryStack> {
  const cleanups: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const cleanup of cleanups.reverse()) await cleanup().catch((error: unknown) => console.error(error));
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), 'margay-bench-'));
    cleanups.push(() => rm(folder, { recursive: true, force: true }));
    const password = randomBytes(12).toString('hex');
    const server = await startPostgres({ dataDirectory: join(folder, 'data'), password, durable: true });
    cleanups.push(() => server.stop());
    await migrate({
      ownerUrl: server.url,
      passwords: { app: password, ingest: password, rollup: password, queue: password },
    });
    const side = (role: string, connections: number) => ({
      url: Object.assign(new URL(server.url), { username: `margay_${role}` }).href,
      connections,
      applicationName: 'margay-bench',
    });
    const db = openDatabase(side('app', 4));
    cleanups.push(() => db.close());
    const flowStore = createPostgresFlowStore({ read: side('app', 4), write: side('ingest', 8) });
    cleanups.push(() => flowStore.close());
    const maintenance = createPostgresMaintenance({ ...side('rollup', 2), eager: true });
    cleanups.push(() => maintenance.close());
    const jobs = { requestRecommendations: async () => undefined };
    const tenant = await makeTenant({ db, flowStore, publicUrl: 'http://127.0.0.1', jobs });
    const rollUp = async () => {
      await maintenance.rollUp(Date.now());
    };
    return { ...tenant, databaseUrl: server.url, rollUp, close };
  } catch (error) {
    await close();
    throw error;
  }
}

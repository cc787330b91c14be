import { openDatabase } from '@margay/db';
import { createPostgresFlowStore, createPostgresMaintenance } from '@margay/flowstore';
import { withBenchPostgres } from '../bench-postgres.ts';
import { makeTenant, type Tenant } from '../make-tenant.ts';

export interface QueryStack extends Tenant {
  /** Superuser. */
  readonly databaseUrl: string;
  readonly rollUp: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A durable PostgreSQL of its own, migrated, with a tenant whose verbs reach the real flow store. */
export function openQueryStack(): Promise<QueryStack> {
  return withBenchPostgres(async (postgres) => {
    const side = (role: string, connections: number) => {
      return { url: postgres.urlOf(role), connections, applicationName: 'margay-bench' };
    };
    const db = openDatabase(side('app', 4));
    postgres.finally(() => db.close());
    const flowStore = createPostgresFlowStore({ read: side('app', 4), write: side('ingest', 8) });
    postgres.finally(() => flowStore.close());
    const maintenance = createPostgresMaintenance({ ...side('rollup', 2), eager: true });
    postgres.finally(() => maintenance.close());
    const jobs = { requestRecommendations: async () => undefined };
    const tenant = await makeTenant({ db, flowStore, publicUrl: 'http://127.0.0.1', jobs });
    const rollUp = async () => {
      await maintenance.rollUp(Date.now());
    };
    return { ...tenant, databaseUrl: postgres.url, rollUp, close: postgres.close };
  });
}

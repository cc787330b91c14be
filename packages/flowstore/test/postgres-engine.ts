import { type TestDatabase, testDatabase } from '@margay/testkit';
import { createPostgresFlowStore, createPostgresMaintenance } from '../src/index.ts';
import type { Engine } from './harness.ts';

export type PostgresEngine = Engine & { readonly database: TestDatabase };

/** The PostgreSQL engine on a database of this file's own. Its roll-up is eager: no test waits for a slot of arrival to end. */
export async function openPostgresEngine(): Promise<PostgresEngine> {
  const database = await testDatabase();
  const pool = { connections: 4, applicationName: 'margay-test' };
  const store = createPostgresFlowStore({
    read: { ...pool, url: database.urls.app },
    write: { ...pool, url: database.urls.ingest },
  });
  const maintenance = createPostgresMaintenance({ ...pool, url: database.urls.rollup, eager: true });
  // No raw row of this database has been dropped yet: whatever its event time, the finest level is whole.
  await database.query('owner', `UPDATE flow.levels SET horizon = 'epoch' WHERE name = 'flow_5s'`);
  return {
    database,
    store,
    maintenance,
    close: async () => {
      await store.close();
      await maintenance.close();
      await database.close();
    },
  };
}

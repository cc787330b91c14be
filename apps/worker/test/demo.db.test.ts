import { readRecording } from '@margay/demo';
import { verbs } from '@margay/services';
import { createTenant, type Tenant, type TestDatabase, testDatabase, testDeps } from '@margay/testkit';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEnvironment } from '../../ingest/src/environment.ts';
import { openIngest, type RunningIngest } from '../../ingest/src/open-ingest.ts';
import { DemoClusters } from '../src/demo/demo-clusters.ts';

const log = pino({ level: 'silent' });
let database: TestDatabase;
let tenant: Tenant;
let ingest: RunningIngest;
beforeAll(async () => {
  database = await testDatabase();
  tenant = await createTenant(testDeps(database));
  ingest = await openIngest(
    readEnvironment({
      MARGAY_APP_DATABASE_URL: database.urls.app,
      MARGAY_INGEST_DATABASE_URL: database.urls.ingest,
      MARGAY_QUEUE_DATABASE_URL: database.urls.queue,
      MARGAY_PUBLIC_URL: 'https://margay.example.org',
      MARGAY_VERSION: '0.1.0',
      PORT: '0',
    }),
    log,
  );
});
afterAll(async () => {
  await ingest.close();
  await database.close();
});

const open = (troubles: unknown[]) =>
  new DemoClusters({
    services: testDeps(database),
    log: { ...log, warn: (trouble: unknown) => troubles.push(trouble) } as unknown as typeof log,
    now: () => new Date(),
    recording: () => readRecording(),
    origin: `http://127.0.0.1:${ingest.port}`,
    version: '0.1.0',
  });

describe('a demo cluster', () => {
  test('is added once, played with present times, by two workers and counted once, and gone when it is removed', async () => {
    const owner = tenant.as('owner');
    const { id: clusterId } = await verbs['cluster.addDemo'](owner, {});
    await expect(verbs['cluster.addDemo'](owner, {})).rejects.toMatchObject({ code: 'CONFLICT' });
    const troubles: unknown[] = [];
    const playing = [open(troubles), open(troubles)];
    try {
      const recording = await readRecording();
      const toSeconds = Math.floor(Date.now() / 5_000) * 5 - 60;
      const range = { clusterId, fromMs: (toSeconds - recording.spanSeconds) * 1_000, toMs: toSeconds * 1_000 };
      const lastMs = async () => (await database.flowStore.frontier({ orgId: tenant.orgId, clusterId })).lastMs ?? 0;
      // One whole round of the recording is in the past that a demo begins with; what comes after it has been sent as well.
      await expect.poll(lastMs, { timeout: 45_000, interval: 200 }).toBeGreaterThan(range.toMs + 30_000);
      const [stored] = await database.query<{ started: number; bytes: number }>(
        'owner',
        `SELECT sum(connections >> 32)::float8 AS started, sum(bytes_fwd)::float8 AS bytes FROM flow.flow_5s
         WHERE cluster_id = $1 AND (slot >> 32) * 5 >= $2 AND (slot >> 32) * 5 < $3`,
        [clusterId, range.fromMs / 1_000, range.toMs / 1_000],
      );
      const recorded = (column: 'started' | 'bytesForward') =>
        recording.batches.flatMap(({ columns }) => [...columns[column]]).reduce((sum, value) => sum + value, 0);
      expect(stored).toEqual({ started: recorded('started'), bytes: recorded('bytesForward') });
      const { edges } = await verbs['flow.graph'](owner, range);
      expect(edges.length).toBeGreaterThan(40);
      expect(edges.some(({ action }) => action === 'deny')).toBe(true);
      const [view] = await verbs['cluster.list'](owner, {});
      expect(view).toMatchObject({ isDemo: true, name: 'Demo', state: 'connected' });
      expect(troubles).toEqual([]);
      await verbs['cluster.delete'](owner, { clusterId });
      expect(await verbs['cluster.list'](owner, {})).toEqual([]);
      expect((await verbs['cluster.addDemo'](owner, {})).name).toBe('Demo');
    } finally {
      await Promise.all(playing.map((each) => each.close()));
    }
  }, 90_000);
});

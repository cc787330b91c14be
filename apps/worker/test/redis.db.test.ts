import { type TestDatabase, testDatabase } from '@margay/testkit';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { redisMissing, startRedis } from '../../../packages/jobs/test/redis-server.ts';
import { readEnvironment } from '../src/environment.ts';
import { openWorker } from '../src/open-worker.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());
if (redisMissing) console.log(`the worker on Redis: skipped, ${redisMissing}`);

test.skipIf(redisMissing !== null)(
  'rolls up on Redis, and goes on when Redis was away and comes back without its data',
  async () => {
    const redis = await startRedis();
    const env = readEnvironment({
      MARGAY_APP_DATABASE_URL: database.urls.app,
      MARGAY_ROLLUP_DATABASE_URL: database.urls.rollup,
      MARGAY_QUEUE_DATABASE_URL: database.urls.queue,
      REDIS_URL: redis.url,
      MARGAY_PUBLIC_URL: 'https://margay.example.org',
      MARGAY_VERSION: '0.1.0',
      PORT: '0',
    });
    const worker = await openWorker(env, pino({ level: 'silent' }));
    try {
      await rolledOn();
      await redis.stop();
      await redis.start();
      await rolledOn();
      const queued = await database.query('owner', 'SELECT 1 FROM bullmq.job LIMIT 1');
      expect(queued).toEqual([]);
    } finally {
      await worker.close();
      await redis.stop();
    }
  },
  90_000,
);

/** Two more roll-ups have moved the cursor: one may have been under way. */
async function rolledOn(): Promise<void> {
  const rolledTo = async () =>
    (await database.query<{ at: string }>('owner', 'SELECT rolled_to::text AS at FROM flow.cursor'))[0]?.at;
  const seen = new Set([await rolledTo()]);
  for (const deadline = Date.now() + 40_000; seen.size < 3; seen.add(await rolledTo())) {
    if (Date.now() > deadline) throw new Error('no roll-up within 40 s');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

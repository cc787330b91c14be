import { randomBytes, randomUUID } from 'node:crypto';
import type { ClusterId, OrgId } from '@margay/model';
import { type TestDatabase, testDatabase } from '@margay/testkit';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  type Bus,
  createBus,
  createJobs,
  createQueueBackend,
  type QueueBackend,
  type RunningWorker,
} from '../src/index.ts';
import { eventually } from './eventually.ts';
import { type RedisServer, redisMissing, startRedis } from './redis-server.ts';

let database: TestDatabase;
let redis: RedisServer | undefined;
beforeAll(async () => {
  database = await testDatabase();
  redis = redisMissing === null ? await startRedis() : undefined;
});
afterAll(async () => {
  await database.close();
  await redis?.stop();
});
if (redisMissing) console.log(`jobs on Redis: skipped, ${redisMissing}`);

const newCluster = () => ({ orgId: randomUUID() as OrgId, clusterId: randomUUID() as ClusterId });

for (const kind of ['postgres', 'redis'] as const) {
  describe.skipIf(kind === 'redis' && redisMissing !== null)(`queues on ${kind}`, () => {
    const errors: Error[] = [];
    const open: { close(): Promise<void> }[] = [];
    let backend: QueueBackend;
    beforeAll(() => {
      backend = createQueueBackend({
        databaseUrl: database.urls.queue,
        redisUrl: kind === 'redis' ? redis?.url : undefined,
        prefix: `t${randomBytes(4).toString('hex')}`,
        onError: (error) => errors.push(error),
      });
    });
    afterEach(async () => {
      for (const thing of open.splice(0).reverse()) await thing.close();
      expect(errors).toEqual([]);
    });
    const keep = <T extends { close(): Promise<void> }>(thing: T): T => {
      open.push(thing);
      return thing;
    };
    const idle = async () => undefined;
    const work = async (cluster: (payload: { clusterId: ClusterId }) => Promise<void>): Promise<RunningWorker> =>
      keep(await backend.work('recommend', { sweep: idle, cluster }, { concurrency: 2 }));

    test('names its kind', () => {
      expect(backend.kind).toBe(kind);
    });

    test('a request is handled once with its payload, however often it was put while it waited', async () => {
      const jobs = keep(createJobs(backend));
      const scope = newCluster();
      for (let i = 0; i < 3; i++) await jobs.requestRecommendations(scope);
      const other = newCluster();
      await jobs.requestRecommendations(other);
      const handled: unknown[] = [];
      await work(async (payload) => void handled.push(payload));
      await eventually(() => handled.length >= 2);
      const queue = keep(backend.queue('recommend'));
      await eventually(async () => (await queue.pending()).size === 0);
      expect(handled).toHaveLength(2);
      expect(handled).toEqual(expect.arrayContaining([scope, other]));
      await jobs.requestRecommendations(scope);
      await eventually(() => handled.length === 3);
    });

    test('what throws is tried again', async () => {
      const jobs = keep(createJobs(backend));
      const scope = newCluster();
      let calls = 0;
      await work(async () => {
        if (++calls === 1) throw new Error('once');
      });
      await jobs.requestRecommendations(scope);
      await eventually(() => calls === 2, 15_000);
    });

    test('a payload that does not fit its schema never reaches the handler', async () => {
      const queue = keep(backend.queue('recommend'));
      const handled: unknown[] = [];
      await work(async (payload) => void handled.push(payload));
      const before = (await queue.counts()).failed;
      await queue.add('cluster', { orgId: 'x', clusterId: '../../etc' } as never, { id: 'bad' });
      await eventually(async () => {
        const { failed, delayed } = await queue.counts();
        return failed + delayed > before;
      });
      expect(handled).toEqual([]);
    });

    test('a schedule repeats, and is one however many say so', async () => {
      const queue = keep(backend.queue('flows'));
      const times: number[] = [];
      keep(
        await backend.work(
          'flows',
          { 'roll-up': async () => void times.push(Date.now()), upkeep: idle },
          { concurrency: 1 },
        ),
      );
      await Promise.all([1, 2, 3].map(() => queue.schedule('roll-up', {}, 400)));
      await eventually(() => times.length >= 4);
      const span = (times[3] ?? 0) - (times[0] ?? 0);
      expect(span).toBeGreaterThan(700);
    });

    test('a schedule that the server lost is made again by whoever says so again', async () => {
      const queue = keep(backend.queue('flows'));
      let runs = 0;
      keep(await backend.work('flows', { 'roll-up': async () => void runs++, upkeep: idle }, { concurrency: 1 }));
      await queue.schedule('roll-up', {}, 400);
      await eventually(() => runs > 0);
      await loseEverything(kind);
      const before = runs;
      await eventually(async () => {
        await queue.schedule('roll-up', {}, 400).catch(() => undefined);
        return runs >= before + 3;
      }, 20_000);
      // What was heard while the server was away.
      errors.splice(0);
    }, 30_000);

    test('closing waits for the running job', async () => {
      const jobs = keep(createJobs(backend));
      let state = 'idle';
      const worker = await backend.work(
        'recommend',
        {
          sweep: idle,
          cluster: async () => {
            state = 'running';
            await new Promise((resolve) => setTimeout(resolve, 200));
            state = 'done';
          },
        },
        { concurrency: 1 },
      );
      await jobs.requestRecommendations(newCluster());
      await eventually(() => state === 'running');
      await worker.close();
      expect(state).toBe('done');
    });
  });

  describe.skipIf(kind === 'redis' && redisMissing !== null)(`bus on ${kind}`, () => {
    const prefix = `t${randomBytes(4).toString('hex')}`;
    const buses: Bus[] = [];
    const openBus = async (): Promise<Bus> => {
      const bus = createBus({
        databaseUrl: database.urls.queue,
        redisUrl: kind === 'redis' ? redis?.url : undefined,
        prefix,
        onError: () => undefined,
      });
      buses.push(bus);
      await bus.ready();
      return bus;
    };
    afterEach(async () => {
      for (const bus of buses.splice(0)) await bus.close();
    });

    test('reaches every process, its own too, by topic', async () => {
      const [a, b] = [await openBus(), await openBus()];
      const heard: string[] = [];
      a.subscribe('flows', { onMessage: (key) => heard.push(`a ${key}`) });
      b.subscribe('flows', { onMessage: (key) => heard.push(`b ${key}`) });
      b.subscribe('watch', { onMessage: (key) => heard.push(`watch ${key}`) });
      a.publish('flows', "c1'; --");
      await eventually(() => heard.length >= 2);
      expect(heard.sort()).toEqual(["a c1'; --", "b c1'; --"]);
    });

    test('a burst becomes at most four a second, and its last is heard', async () => {
      const bus = await openBus();
      let heard = 0;
      let lastPublished = 0;
      let lastHeard = 0;
      bus.subscribe('flows', {
        onMessage: () => {
          heard++;
          lastHeard = Date.now();
        },
      });
      const start = Date.now();
      while (Date.now() - start < 1_000) {
        bus.publish('flows', 'busy');
        lastPublished = Date.now();
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await eventually(() => lastHeard >= lastPublished);
      expect(heard).toBeGreaterThanOrEqual(3);
      expect(heard).toBeLessThanOrEqual(6);
    });

    test('an ended subscription hears nothing more; a failing listener harms no other', async () => {
      const bus = await openBus();
      const heard: string[] = [];
      bus.subscribe('flows', {
        onMessage: () => {
          throw new Error('mine alone');
        },
      });
      const end = bus.subscribe('flows', { onMessage: (key) => heard.push(`ended ${key}`) });
      bus.subscribe('flows', { onMessage: (key) => heard.push(key) });
      end();
      bus.publish('flows', 'x');
      await eventually(() => heard.length > 0);
      expect(heard).toEqual(['x']);
    });

    test('a lost connection is made again: a gap is told, messages flow, what was published meanwhile arrives', async () => {
      const [a, b] = [await openBus(), await openBus()];
      let gaps = 0;
      const heard: string[] = [];
      b.subscribe('flows', { onMessage: (key) => heard.push(key), onGap: () => gaps++ });
      if (kind === 'redis') await redis?.restart();
      else {
        await database.query(
          'owner',
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'margay-bus' AND datname = current_database()`,
        );
      }
      a.publish('flows', 'meanwhile');
      await eventually(() => gaps > 0);
      await eventually(() => {
        a.publish('flows', 'after');
        return heard.includes('after');
      });
    });
  });
}

test.skipIf(redisMissing !== null)(
  'while Redis is away a request is refused in seconds, closing ends, and with Redis the next is taken',
  async () => {
    const server = await startRedis();
    const backend = createQueueBackend({ databaseUrl: '', redisUrl: server.url, onError: () => undefined });
    const [early, jobs] = [createJobs(backend), createJobs(backend)];
    await jobs.requestRecommendations(newCluster());
    await server.stop();
    const refused = { code: 'UNAVAILABLE' };
    const startedMs = performance.now();
    await expect(early.requestRecommendations(newCluster())).rejects.toMatchObject(refused);
    await expect(jobs.requestRecommendations(newCluster())).rejects.toThrow();
    await early.close();
    expect(performance.now() - startedMs).toBeLessThan(16_000);
    await server.start();
    await eventually(
      () =>
        jobs.requestRecommendations(newCluster()).then(
          () => true,
          () => false,
        ),
      15_000,
    );
    await jobs.close();
    await server.stop();
  },
  60_000,
);

/** As a server does that keeps nothing on disk and starts anew. */
async function loseEverything(kind: 'postgres' | 'redis'): Promise<void> {
  if (kind === 'redis') return await redis?.restart();
  const tables = await database.query<{ name: string }>(
    'owner',
    `SELECT format('bullmq.%I', c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'bullmq' AND c.relkind = 'r' AND c.relname <> 'migration'`,
  );
  await database.query('owner', `TRUNCATE ${tables.map(({ name }) => name).join(', ')}`);
}

test('queues need no more than their role has: it cannot read another schema', async () => {
  const client = new pg.Client({ connectionString: database.urls.queue });
  await client.connect();
  try {
    await expect(client.query('SELECT 1 FROM public.users')).rejects.toMatchObject({ code: '42501' });
    await expect(client.query('SELECT 1 FROM flow.peers')).rejects.toMatchObject({ code: '42501' });
  } finally {
    await client.end();
  }
});

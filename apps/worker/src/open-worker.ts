import { createServer, type Server } from 'node:http';
import { connectionsMax, openDatabase } from '@margay/db';
import { type Recording, readRecording } from '@margay/demo';
import { createPostgresFlowStore, createPostgresMaintenance } from '@margay/flowstore';
import { createBus, createJobs, createQueueBackend } from '@margay/jobs';
import type { Logger } from 'pino';
import { DemoClusters } from './demo/demo-clusters.ts';
import type { Environment } from './environment.ts';
import type { HandlerDeps } from './handlers/handler-deps.ts';
import { recommendCluster } from './handlers/recommend-cluster.ts';
import { keepUp, rollUp } from './handlers/roll-up.ts';
import { Sweep } from './handlers/sweep.ts';
import { watched } from './handlers/watched.ts';
import { createMetrics, type Metrics } from './metrics.ts';

const ROLL_UP_EVERY_MS = 5_000;
const UPKEEP_EVERY_MS = 60_000;
const SWEEP_EVERY_MS = 60_000;
/** A Redis that comes back without its data has no schedules either. */
const SCHEDULE_EVERY_MS = 10_000;
/** Without a roll-up for so long something is wrong. */
const STALE_MS = 90_000;

export interface RunningWorker {
  readonly port: number;
  /** Lets running jobs end, then lets go of everything. */
  close(): Promise<void>;
}

/** Opens what the worker needs, sets the schedules, and works. */
export async function openWorker(env: Environment, log: Logger): Promise<RunningWorker> {
  const onError = (error: Error) => log.warn({ err: error }, 'a connection was lost');
  const pool = { applicationName: 'margay worker', onError };
  const appUrl = env.MARGAY_APP_DATABASE_URL;
  const db = openDatabase({ ...pool, url: appUrl, connections: connectionsMax('worker', 'app') });
  const flowStore = createPostgresFlowStore({
    read: { ...pool, url: appUrl, connections: connectionsMax('worker', 'flows') },
  });
  const maintenance = createPostgresMaintenance({
    ...pool,
    url: env.MARGAY_ROLLUP_DATABASE_URL,
    connections: connectionsMax('worker', 'rollup'),
  });
  const shared = { databaseUrl: env.MARGAY_QUEUE_DATABASE_URL, redisUrl: env.REDIS_URL, onError };
  const bus = createBus(shared);
  const backend = createQueueBackend({ ...shared, connections: 2 });
  const jobs = createJobs(backend);
  const metrics = createMetrics();
  const services = { db, flowStore, jobs, publicUrl: new URL(env.MARGAY_PUBLIC_URL).origin };
  const deps: HandlerDeps = { services, maintenance, bus, metrics, log, now: () => new Date() };

  // Not by the queue: ingest needs a partition, and the queue may have a backlog.
  await keepUp(deps).catch((error: unknown) => log.error({ err: error }, 'the first upkeep failed'));
  let rolledAtMs = Date.now();
  const sweep = new Sweep(deps);
  const workers = [
    await backend.work(
      'flows',
      {
        'roll-up': watched(deps, 'roll-up', async () => {
          await rollUp(deps);
          rolledAtMs = Date.now();
        }),
        upkeep: watched(deps, 'upkeep', () => keepUp(deps)),
      },
      { concurrency: 1 },
    ),
    await backend.work(
      'recommend',
      {
        sweep: watched(deps, 'sweep', () => sweep.run()),
        cluster: watched(deps, 'recommend', (scope) => recommendCluster(deps, scope)),
      },
      { concurrency: 2 },
    ),
  ];
  const [flows, recommend] = [backend.queue('flows'), backend.queue('recommend')];
  const schedule = async () => {
    await flows.schedule('roll-up', {}, ROLL_UP_EVERY_MS);
    await flows.schedule('upkeep', {}, UPKEEP_EVERY_MS);
    await recommend.schedule('sweep', {}, SWEEP_EVERY_MS);
  };
  const scheduling = setInterval(() => {
    schedule().catch((error: unknown) => log.warn({ err: error }, 'the schedules could not be looked at'));
  }, SCHEDULE_EVERY_MS);
  await schedule();

  let read: Promise<Recording> | undefined;
  const demo = new DemoClusters({
    ...deps,
    recording: () => (read ??= readRecording()),
    origin: new URL(env.MARGAY_INGEST_URL ?? env.MARGAY_PUBLIC_URL).origin,
    version: env.MARGAY_VERSION,
  });

  let stopping = false;
  const stateNow = () => {
    if (stopping) return 'stopping';
    return Date.now() - rolledAtMs > STALE_MS ? 'degraded' : 'ok';
  };
  const server = openHealth(metrics, env.MARGAY_VERSION, stateNow);
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(env.PORT, env.HOST, resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : env.PORT,
    close: async () => {
      stopping = true;
      clearInterval(scheduling);
      await demo.close();
      await Promise.all(workers.map((worker) => worker.close()));
      await Promise.all([flows.close(), recommend.close(), jobs.close(), bus.close()]);
      await Promise.all([flowStore.close(), maintenance.close(), db.close()]);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** `GET /healthz` and `/metrics`, for the supervisor and Prometheus on this machine. */
function openHealth({ registry }: Metrics, version: string, stateNow: () => string): Server {
  return createServer(async (request, response) => {
    if (request.url === '/metrics') {
      response.writeHead(200, { 'content-type': registry.contentType }).end(await registry.metrics());
      return;
    }
    const state = request.url === '/healthz' ? stateNow() : null;
    response
      .writeHead(state === null ? 404 : state === 'ok' ? 200 : 503, { 'content-type': 'application/json' })
      .end(JSON.stringify(state === null ? { message: 'there is nothing here' } : { state, version }));
  });
}

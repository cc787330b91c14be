import { connectionsMax, openDatabase } from '@margay/db';
import { createPostgresFlowStore } from '@margay/flowstore';
import { createBus, createJobs, createQueueBackend } from '@margay/jobs';
import { admitAgent, type Deps } from '@margay/services';
import type { Logger } from 'pino';
import { Credentials } from './admission/credentials.ts';
import { TokenBuckets } from './admission/token-bucket.ts';
import { Turnstile } from './admission/turnstile.ts';
import type { Environment } from './environment.ts';
import { createIngestServer } from './ingest-server.ts';
import { createMetrics } from './metrics.ts';
import type { IngestDeps } from './routes/route.ts';
import { Watchers } from './watchers.ts';

const BURST_SECONDS = 8;
/** Enrolments and manifests: a person retries, a script guesses. */
const STRANGERS = { perSecond: 1, burst: 60 };
const HEALTH_TIMEOUT_MS = 1_500;

export interface RunningIngest {
  readonly port: number;
  /** Lets running requests end, then lets go of everything. */
  close(): Promise<void>;
}

/** Opens what ingest needs and listens. */
export async function openIngest(env: Environment, log: Logger): Promise<RunningIngest> {
  const onError = (error: Error) => log.warn({ err: error }, 'a connection was lost');
  const applicationName = 'margay ingest';
  const db = openDatabase({
    url: env.MARGAY_APP_DATABASE_URL,
    connections: connectionsMax('ingest', 'app'),
    applicationName,
    onError,
  });
  const flowStore = createPostgresFlowStore({
    write: {
      url: env.MARGAY_INGEST_DATABASE_URL,
      connections: connectionsMax('ingest', 'ingest'),
      peersMax: env.MARGAY_INGEST_CLUSTER_PEERS,
      applicationName,
      onError,
    },
  });
  const queue = { databaseUrl: env.MARGAY_QUEUE_DATABASE_URL, redisUrl: env.REDIS_URL, onError };
  const bus = createBus(queue);
  const jobs = createJobs(createQueueBackend({ ...queue, connections: connectionsMax('ingest', 'queue') }));
  const services: Deps = {
    db,
    flowStore,
    jobs,
    publicUrl: new URL(env.MARGAY_PUBLIC_URL).origin,
    announce: (topic, key) => bus.publish(topic, key),
  };
  const credentials = new Credentials((bearer) => admitAgent(services, bearer, new Date()));
  bus.subscribe('revoked', {
    onMessage: (clusterId) => credentials.forget(clusterId),
    onGap: () => credentials.forget(),
  });
  const watchers = new Watchers(bus);
  const deps: IngestDeps = {
    services,
    bus,
    watchers,
    metrics: createMetrics(),
    credentials,
    clusterBytes: new TokenBuckets({
      perSecond: env.MARGAY_INGEST_CLUSTER_BYTES,
      burst: env.MARGAY_INGEST_CLUSTER_BYTES * BURST_SECONDS,
    }),
    strangers: new TokenBuckets(STRANGERS),
    turnstile: new Turnstile({ running: env.MARGAY_INGEST_ORG_CONCURRENCY, waiting: 256 }),
    inventories: new Turnstile({ running: 1, waiting: 32 }),
    agentImage: env.MARGAY_AGENT_IMAGE ?? `margay/agent:${env.MARGAY_VERSION}`,
    version: env.MARGAY_VERSION,
  };
  const isHealthy = () => answers(db.inTenant({}, (tx) => tx.$queryRaw`select 1`, { readOnly: true }));
  const ingest = createIngestServer(deps, log, isHealthy);
  await new Promise<void>((resolve, reject) => {
    ingest.server.once('error', reject).listen(env.PORT, env.HOST, resolve);
  });
  const address = ingest.server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : env.PORT,
    close: async () => {
      await ingest.close();
      watchers.close();
      await Promise.all([bus.close(), jobs.close(), flowStore.close(), db.close()]);
    },
  };
}

async function answers(question: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), HEALTH_TIMEOUT_MS);
  });
  const answered = question.then(
    () => true,
    () => false,
  );
  return await Promise.race([answered, late]).finally(() => clearTimeout(timer));
}

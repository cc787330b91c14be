import { createPostgresBackend, Queue, Worker, withBackend } from 'bullmq';
import { type JobName, type JobPayload, payloadSchema, QUEUES, type QueueName } from './queues.ts';
import { withinDeadline } from './within-deadline.ts';

export interface QueueBackendOptions {
  /** Role margay_queue: queues live in PostgreSQL, schema `bullmq`, which prisma/migrate.ts has made. */
  readonly databaseUrl: string;
  /** Wins over `databaseUrl`. */
  readonly redisUrl?: string;
  /** Redis only: keys begin with it; lets several Margays share a server. */
  readonly prefix?: string;
  /** PostgreSQL only: pool of each queue and each worker. */
  readonly connections?: number;
  readonly onError: (error: Error) => void;
}

/** Runs one job; what it throws makes the job try again, as its queue says. The payload has passed its schema. */
export type Handlers<Q extends QueueName> = {
  readonly [J in JobName<Q>]: (payload: JobPayload<Q, J>) => Promise<void>;
};

export interface JobQueue<Q extends QueueName> {
  /** Puts a job in. With `id` a job that waits or runs under that id already is enough. @throws MargayError UNAVAILABLE when the server does not answer in 5 s. */
  add<J extends JobName<Q>>(
    job: J,
    payload: JobPayload<Q, J>,
    options?: { id?: string; delayMs?: number },
  ): Promise<void>;
  /**
   * Repeats a job; again with another interval changes it. Every process may say so: there is one schedule. Say it again now and then: a Redis may come back
   * without its data, and a schedule that stands and runs costs one look.
   */
  schedule<J extends JobName<Q>>(job: J, payload: JobPayload<Q, J>, everyMs: number): Promise<void>;
  counts(): Promise<{ waiting: number; active: number; delayed: number; failed: number }>;
  /** Ids of jobs that wait or run. */
  pending(): Promise<ReadonlySet<string>>;
  close(): Promise<void>;
}

export interface RunningWorker {
  /** Lets running jobs end. */
  close(): Promise<void>;
}

export interface QueueBackend {
  readonly kind: 'redis' | 'postgres';
  queue<Q extends QueueName>(name: Q): JobQueue<Q>;
  work<Q extends QueueName>(name: Q, handlers: Handlers<Q>, options: { concurrency: number }): Promise<RunningWorker>;
}

/** BullMQ on Redis where there is one, else on PostgreSQL: same queues, same jobs. */
export function createQueueBackend(options: QueueBackendOptions): QueueBackend {
  return {
    kind: options.redisUrl ? 'redis' : 'postgres',
    queue: (name) => openQueue(name, options),
    work: (name, handlers, { concurrency }) => openWorker(name, handlers, concurrency, options),
  };
}

const onPostgres = withBackend(createPostgresBackend);
const PREFIX = 'margay';
const ANSWER_MS = 5_000;
/** A schedule whose next run is later than this has lost it. */
const OVERDUE_MS = 10_000;

function postgresConnection({ databaseUrl, connections = 2 }: QueueBackendOptions) {
  return { connectionString: databaseUrl, schema: 'bullmq', max: connections, application_name: 'margay-queue' };
}

function openQueue<Q extends QueueName>(name: Q, options: QueueBackendOptions): JobQueue<Q> {
  const defaults = { defaultJobOptions: QUEUES[name].options, prefix: options.prefix ?? PREFIX };
  const queue = options.redisUrl
    ? // Not to collect, while the server is away, what nobody waits for any more.
      new Queue(name, { ...defaults, connection: { url: options.redisUrl, enableOfflineQueue: false } })
    : new onPostgres.Queue(name, { ...defaults, connection: postgresConnection(options) });
  queue.on('error', options.onError);
  const runs = async (job: string, everyMs: number): Promise<boolean> => {
    const found = await queue.getJobScheduler(job);
    return found?.every === everyMs && (found.next ?? 0) > Date.now() - Math.max(OVERDUE_MS, 10 * everyMs);
  };
  return {
    add: async (job, payload, { id, delayMs } = {}) => {
      const added = queue.add(job, payload, { ...(id && { jobId: id }), ...(delayMs && { delay: delayMs }) });
      await withinDeadline(added, ANSWER_MS);
    },
    schedule: async (job, payload, everyMs) => {
      if (await withinDeadline(runs(job, everyMs), ANSWER_MS)) return;
      const made = queue.upsertJobScheduler(job, { every: everyMs }, { name: job, data: payload });
      // Of several that make it at once BullMQ refuses some.
      await withinDeadline(made, ANSWER_MS).catch(async (error: unknown) => {
        if (!(await runs(job, everyMs))) throw error;
      });
    },
    counts: async () => {
      const { waiting = 0, active = 0, delayed = 0, failed = 0 } = await queue.getJobCounts();
      return { waiting, active, delayed, failed };
    },
    pending: async () => {
      const jobs = await queue.getJobs(['waiting', 'active', 'delayed', 'prioritized']);
      return new Set(jobs.flatMap((job) => (job?.id === undefined ? [] : [job.id])));
    },
    close: () => withinDeadline(queue.close(), ANSWER_MS).catch(() => queue.disconnect()),
  };
}

async function openWorker<Q extends QueueName>(
  name: Q,
  handlers: Handlers<Q>,
  concurrency: number,
  options: QueueBackendOptions,
): Promise<RunningWorker> {
  const run = async ({ name: job, data }: { name: string; data: unknown }) => {
    const schema = payloadSchema(name, job);
    const handler: ((payload: never) => Promise<void>) | undefined = handlers[job as JobName<Q>];
    if (!schema || !handler) throw new Error(`queue ${name} has no job "${job}"`);
    await handler(schema.parse(data) as never);
  };
  const common = { concurrency, prefix: options.prefix ?? PREFIX };
  const worker = options.redisUrl
    ? new Worker(name, run, { ...common, connection: { url: options.redisUrl, maxRetriesPerRequest: null } })
    : new onPostgres.Worker(name, run, { ...common, connection: postgresConnection(options) });
  worker.on('error', options.onError);
  await worker.waitUntilReady();
  return { close: () => worker.close() };
}

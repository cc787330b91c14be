import 'server-only';
import { createJobs, createQueueBackend } from '@margay/jobs';
import type { Jobs } from '@margay/services';
import type { Environment } from './environment.ts';
import { log } from './log.ts';

/** The queue's near end: the console puts jobs in, the worker takes them out. */
export function openJobs({ MARGAY_QUEUE_DATABASE_URL, REDIS_URL }: Environment): Jobs {
  return createJobs(
    createQueueBackend({
      databaseUrl: MARGAY_QUEUE_DATABASE_URL,
      redisUrl: REDIS_URL,
      onError: (error) => log.warn({ err: error }, 'queue'),
    }),
  );
}

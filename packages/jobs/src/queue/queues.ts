import { ClusterId, OrgId } from '@margay/model';
import { z } from 'zod';

/**
 * Every queue with its jobs: name → schema of the payload. Jobs of the last release are still in flight when a new one starts: new fields are optional.
 *
 * `flows` is Margay's own housekeeping over all tenants, by the roll-up role. `recommend` are tenants' jobs and carry their tenant.
 */
export const QUEUES = {
  flows: {
    jobs: { 'roll-up': z.object({}), upkeep: z.object({}) },
    // A roll-up that failed is done by the next one, seconds later.
    options: { attempts: 1, removeOnComplete: { count: 20 }, removeOnFail: { count: 200, age: 86_400 } },
  },
  recommend: {
    jobs: {
      /** Puts a job for every cluster that is due. */
      sweep: z.object({}),
      cluster: z.object({ orgId: OrgId, clusterId: ClusterId }),
    },
    options: {
      attempts: 3,
      backoff: { type: 'exponential', delay: 2_000 },
      // A job that is kept, failed ones too, keeps its id, and the next request of that cluster would be taken for a repetition.
      removeOnComplete: true,
      removeOnFail: true,
    },
  },
} as const;

export type QueueName = keyof typeof QUEUES;
export type JobName<Q extends QueueName> = keyof (typeof QUEUES)[Q]['jobs'] & string;
export type JobPayload<Q extends QueueName, J extends JobName<Q>> = (typeof QUEUES)[Q]['jobs'][J] extends z.ZodType
  ? z.output<(typeof QUEUES)[Q]['jobs'][J]>
  : never;

/** Schema of a job's payload. */
export function payloadSchema(queue: QueueName, job: string): z.ZodType | undefined {
  const jobs: Readonly<Record<string, z.ZodType>> = QUEUES[queue].jobs;
  return Object.hasOwn(jobs, job) ? jobs[job] : undefined;
}

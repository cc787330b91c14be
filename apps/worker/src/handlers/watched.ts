import type { HandlerDeps } from './handler-deps.ts';

/** A handler that is timed, counted, and whose failure is logged before the queue hears of it. */
export function watched<P>(
  { metrics, log }: HandlerDeps,
  job: string,
  handle: (payload: P) => Promise<unknown>,
): (payload: P) => Promise<void> {
  return async (payload) => {
    const end = metrics.seconds.startTimer({ job });
    try {
      await handle(payload);
      metrics.jobs.inc({ job, outcome: 'done' });
    } catch (error) {
      metrics.jobs.inc({ job, outcome: 'failed' });
      log.error({ err: error, job, payload }, 'job failed');
      throw error;
    } finally {
      end();
    }
  };
}

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Counts of this process. No label names a tenant: their number has no bound. */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    jobs: new Counter({
      name: 'margay_worker_jobs_total',
      help: 'Jobs by name and outcome.',
      labelNames: ['job', 'outcome'],
      registers,
    }),
    seconds: new Histogram({
      name: 'margay_worker_job_seconds',
      help: 'Time a job took.',
      labelNames: ['job'],
      buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120],
      registers,
    }),
    rolledRows: new Counter({ name: 'margay_worker_rolled_rows_total', help: 'Raw rows rolled up.', registers }),
    behindSeconds: new Gauge({
      name: 'margay_worker_roll_up_behind_seconds',
      help: 'Closed arrival that is not rolled up.',
      registers,
    }),
  };
}
export type Metrics = ReturnType<typeof createMetrics>;

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Counts of this process. No label names a tenant: their number has no bound. */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    requests: new Counter({
      name: 'margay_ingest_requests_total',
      help: 'Requests by route and status.',
      labelNames: ['route', 'status'],
      registers,
    }),
    seconds: new Histogram({
      name: 'margay_ingest_request_seconds',
      help: 'Time to answer, body included, by route.',
      labelNames: ['route'],
      buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    }),
    rows: new Counter({ name: 'margay_ingest_rows_total', help: 'Flow rows acknowledged after commit.', registers }),
    refusedRows: new Counter({
      name: 'margay_ingest_rows_refused_total',
      help: 'Flow rows refused, by reason.',
      labelNames: ['reason'],
      registers,
    }),
    duplicates: new Counter({
      name: 'margay_ingest_batches_duplicate_total',
      help: 'Batches that had been counted before.',
      registers,
    }),
    inFlight: new Gauge({ name: 'margay_ingest_requests_in_flight', help: 'Requests being answered.', registers }),
  };
}
export type Metrics = ReturnType<typeof createMetrics>;

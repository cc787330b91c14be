/**
 * Every connection of Margay to PostgreSQL, most at once, by process and purpose: the one table that keeps the sum below PostgreSQL's default of 100
 * (of which 3 are for superusers). `app` is Prisma's pool, `flows` the flow store's reads, `ingest` its COPY, `rollup` its maintenance,
 * `queue` BullMQ's pool, `listen` sessions that LISTEN (one of the bus, the others BullMQ's).
 */
export const CONNECTIONS = {
  console: { app: 16, flows: 8, queue: 2, listen: 3 },
  ingest: { app: 8, ingest: 12, flows: 2, queue: 2, listen: 2 },
  worker: { app: 8, flows: 4, rollup: 3, queue: 6, listen: 8 },
  migrate: { owner: 3 },
} as const;

type Table = typeof CONNECTIONS;

/** Pool size of one purpose in one process. */
export function connectionsMax<P extends keyof Table>(process: P, purpose: keyof Table[P]): number {
  return CONNECTIONS[process][purpose] as number;
}

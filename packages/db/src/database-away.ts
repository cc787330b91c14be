/** SQLSTATE classes 08 (connection), 53 (resources) and 57P (operator intervention: shutting down, starting up). */
const AWAY = /^(08|53|57P)/;
const SYSTEM = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND'];
const WORDS = /timeout exceeded when trying to connect|Connection terminated|connection error and is not queryable/;

/**
 * Whether an error says that the database cannot be asked just now, so that asking again later is right: pg's own errors, Node's system errors, and those
 * of raw queries, which Prisma wraps.
 */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const state = sqlStateOf(error);
  return (state !== null && (AWAY.test(state) || SYSTEM.includes(state))) || WORDS.test(error.message);
}

/** The SQLSTATE, or the system's error code, that an error carries; null where it carries none. */
export function sqlStateOf(error: Error): string | null {
  const wrapped = error as { code?: unknown; meta?: { driverAdapterError?: { cause?: { originalCode?: unknown } } } };
  const original = wrapped.meta?.driverAdapterError?.cause?.originalCode;
  if (typeof original === 'string') return original;
  return typeof wrapped.code === 'string' ? wrapped.code : null;
}

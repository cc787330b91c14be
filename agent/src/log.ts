import { pino } from 'pino';

/** What rooms need of a logger; a child of it carries a room's name. */
export type Log = Pick<pino.Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** JSON lines on standard output. */
export function createLog(level: string, base: Record<string, unknown>): pino.Logger {
  return pino({ level, base, timestamp: pino.stdTimeFunctions.isoTime });
}

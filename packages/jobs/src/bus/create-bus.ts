import type { Bus } from './bus.ts';
import { PostgresBus } from './postgres-bus.ts';
import { RedisBus } from './redis-bus.ts';

export interface BusOptions {
  /** Role margay_queue; any role may LISTEN and NOTIFY. */
  readonly databaseUrl: string;
  /** Wins over `databaseUrl`. */
  readonly redisUrl?: string;
  readonly prefix?: string;
  readonly onError: (error: Error) => void;
}

/** The bus of this process: Redis where there is one, else PostgreSQL. */
export function createBus({ databaseUrl, redisUrl, prefix, onError }: BusOptions): Bus {
  return redisUrl ? new RedisBus({ redisUrl, prefix, onError }) : new PostgresBus({ databaseUrl, onError });
}

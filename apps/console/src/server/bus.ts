import 'server-only';
import { type Bus, createBus } from '@margay/jobs';
import { environment } from './environment.ts';
import { log } from './log.ts';

const held = globalThis as { margayBus?: Bus };

/** The bus of this process: one connection listens for all streams. */
export function bus(): Bus {
  held.margayBus ??= open();
  return held.margayBus;
}

function open(): Bus {
  const { MARGAY_QUEUE_DATABASE_URL, REDIS_URL } = environment();
  return createBus({
    databaseUrl: MARGAY_QUEUE_DATABASE_URL,
    redisUrl: REDIS_URL,
    onError: (error) => log.warn({ err: error }, 'bus'),
  });
}

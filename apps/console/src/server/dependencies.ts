import 'server-only';
import { connectionsMax, openDatabase } from '@margay/db';
import { createPostgresFlowStore } from '@margay/flowstore';
import type { Deps } from '@margay/services';
import { bus } from './bus.ts';
import { environment } from './environment.ts';
import { openJobs } from './jobs.ts';
import { log } from './log.ts';

// On the global object, as a development server loads modules again and again, and pools must not be opened again with them.
const held = globalThis as { margayDependencies?: Deps };

/** What verbs need, opened once a process. */
export function dependencies(): Deps {
  held.margayDependencies ??= open();
  return held.margayDependencies;
}

function open(): Deps {
  const env = environment();
  const onError = (error: Error) => log.warn({ err: error }, 'database connection lost');
  const pool = { url: env.MARGAY_APP_DATABASE_URL, applicationName: 'margay console', onError };
  return {
    db: openDatabase({ ...pool, connections: connectionsMax('console', 'app') }),
    flowStore: createPostgresFlowStore({ read: { ...pool, connections: connectionsMax('console', 'flows') } }),
    jobs: openJobs(env),
    announce: (topic, key) => bus().publish(topic, key),
    publicUrl: new URL(env.MARGAY_PUBLIC_URL).origin,
  };
}

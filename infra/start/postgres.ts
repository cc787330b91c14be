import { setTimeout as delay } from 'node:timers/promises';
import { type PostgresOptions, type RunningPostgres, startPostgres } from '@margay/embedded-postgres';
import { BackOff } from './back-off.ts';

export interface SupervisedPostgres {
  /** Of the superuser; stays the same over restarts. */
  readonly url: string;
  readonly account: string;
  stop(): Promise<void>;
}

/**
 * Runs the embedded server until told to stop. One that dies (killed, a full disk) is started again on its port with back-off, so that the URLs
 * of its clients stay good; each end, each start that fails and the recovery are told to `say`.
 *
 * @throws MargayError PRECONDITION_FAILED when the first start fails.
 */
export async function supervisePostgres(
  options: PostgresOptions,
  say: (line: string) => void,
): Promise<SupervisedPostgres> {
  const stopping = new AbortController();
  const { signal } = stopping;
  let server = await startPostgres(options);
  const { url, port, account } = server;
  const backOff = new BackOff();

  const startAgain = async (): Promise<RunningPostgres | null> => {
    for (let reason = 'PostgreSQL ended'; ; ) {
      const waitMs = backOff.ended();
      if (signal.aborted) return null;
      say(`${reason}; starting it again in ${waitMs / 1_000} s.`);
      await delay(waitMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return null;
      backOff.started();
      try {
        const next = await startPostgres({ ...options, port });
        say('PostgreSQL runs again.');
        return next;
      } catch (error) {
        // What outlived a killed server (its sessions end by themselves) keeps the next one out for a moment; a full disk, until there is room.
        reason = shortened(error instanceof Error ? error.message : String(error));
      }
    }
  };
  const watching = (async () => {
    for (let current: RunningPostgres | null = server; current; ) {
      server = current;
      if (signal.aborted) await current.stop();
      await current.exited;
      current = await startAgain();
    }
  })();

  return {
    url,
    account,
    stop: async () => {
      stopping.abort();
      await server.stop();
      await watching;
    },
  };
}

/** The first line says what failed, the last ones of the server's log why. */
function shortened(message: string): string {
  const [first = '', ...rest] = message.split('\n');
  return [first, ...rest.slice(-3)].join('\n');
}

import { MargayError } from '@margay/model';
import { pino } from 'pino';
import { readEnvironment } from './environment.ts';
import { openIngest } from './open-ingest.ts';

async function main(): Promise<void> {
  const env = readEnvironment(process.env);
  const log = pino({ name: 'ingest', level: env.LOG_LEVEL });
  const ingest = await openIngest(env, log);
  log.info({ port: ingest.port }, 'ingest is ready');
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      ingest.close().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, 'did not stop cleanly');
          process.exit(1);
        },
      );
    });
}

main().catch((error: unknown) => {
  console.error(error instanceof MargayError ? error.message : error);
  process.exit(1);
});

import { MargayError } from '@margay/model';
import { pino } from 'pino';
import { readEnvironment } from './environment.ts';
import { openWorker } from './open-worker.ts';

async function main(): Promise<void> {
  const env = readEnvironment(process.env);
  const log = pino({ name: 'worker', level: env.LOG_LEVEL });
  const worker = await openWorker(env, log);
  log.info({ port: worker.port }, 'the worker is ready');
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      worker.close().then(
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

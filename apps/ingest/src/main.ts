import { setFlagsFromString } from 'node:v8';
import { MargayError } from '@margay/model';
import { pino } from 'pino';
import { readEnvironment } from './environment.ts';
import { openIngest } from './open-ingest.ts';

/**
 * Half a megabyte of buffers comes and goes with every batch. V8 counts it as growth of a small heap and marks that whole heap every dozen batches, which took
 * half of the processor time measured; so it waits until the heap has grown to four times what lived.
 */
const HEAP_FLAG = '--heap-growing-percent=300';

async function main(): Promise<void> {
  setFlagsFromString(HEAP_FLAG);
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

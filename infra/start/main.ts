import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MargayError } from '@margay/model';
import { buildConsole, runNode } from './build.ts';
import { supervise } from './children.ts';
import { openDatabase } from './database.ts';
import { openFrontDoor } from './front-door.ts';
import { takeLock } from './lock.ts';
import { anyPort, choosePort } from './ports.ts';
import type { SupervisedPostgres } from './postgres.ts';
import { loadSecrets } from './secrets.ts';
import { ROOT, readSettings, type Settings } from './settings.ts';

const HELP = `Starts Margay: database, console, ingest and worker behind one port.

  npm start

Variables:
  PORT               port of the console (default: the first free one from 3000)
  HOST               address to listen on (default 127.0.0.1; 0.0.0.0 opens it to the network)
  MARGAY_PUBLIC_URL  origin that browsers and clusters reach it by, e.g. https://margay.example.org
  MARGAY_HOME        where data and secrets live (default .margay in this folder)
  DATABASE_URL       a PostgreSQL server (15 or newer) instead of the embedded one; its role must be able to create roles
  REDIS_URL          a Redis server for queues and live updates instead of PostgreSQL
  LOG_LEVEL          trace, debug, info, warn or error (default warn)`;

type Cleanup = () => Promise<void>;

async function start(settings: Settings, cleanups: Cleanup[], say: (line: string) => void): Promise<void> {
  const version = (JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;
  const secrets = await loadSecrets(settings.home);
  const port = await choosePort(settings.port, settings.host);
  const localUrl = `http://127.0.0.1:${port}`;
  const publicUrl = settings.publicUrl ?? localUrl;
  cleanups.push(await takeLock(settings.home, publicUrl));

  await runNode(['prisma/generate.ts'], 'prisma generate');
  const onServer = (server: SupervisedPostgres) => {
    cleanups.push(() => server.stop());
  };
  const [database] = await Promise.all([openDatabase(settings, secrets, onServer, say), buildConsole(say)]);
  say(`Database: ${database.description}`);

  const logs = join(settings.home, 'logs');
  await mkdir(logs, { recursive: true, mode: 0o700 });
  const [consolePort, ingestPort, workerPort] = [await anyPort(), await anyPort(), await anyPort()];
  const shared = {
    MARGAY_VERSION: version,
    MARGAY_PUBLIC_URL: publicUrl,
    MARGAY_INTERNAL_SECRET: secrets.internal,
    LOG_LEVEL: settings.logLevel,
    MARGAY_APP_DATABASE_URL: database.urls.app,
    MARGAY_QUEUE_DATABASE_URL: database.urls.queue,
    ...(settings.redisUrl ? { REDIS_URL: settings.redisUrl } : {}),
  };
  const children = [
    supervise(
      {
        name: 'console',
        args: [join(ROOT, 'node_modules/next/dist/bin/next'), 'start', '-p', String(consolePort), '-H', '127.0.0.1'],
        cwd: join(ROOT, 'apps/console'),
        port: consolePort,
        environment: {
          ...shared,
          NEXTAUTH_URL: publicUrl,
          NEXTAUTH_SECRET: secrets.session,
          NEXT_TELEMETRY_DISABLED: '1',
        },
      },
      logs,
    ),
    supervise(
      {
        name: 'ingest',
        args: [join(ROOT, 'apps/ingest/src/main.ts')],
        port: ingestPort,
        environment: { ...shared, MARGAY_INGEST_DATABASE_URL: database.urls.ingest },
      },
      logs,
    ),
    supervise(
      {
        name: 'worker',
        args: [join(ROOT, 'apps/worker/src/main.ts')],
        port: workerPort,
        environment: {
          ...shared,
          MARGAY_ROLLUP_DATABASE_URL: database.urls.rollup,
          MARGAY_INGEST_URL: `http://127.0.0.1:${ingestPort}`,
        },
      },
      logs,
    ),
  ];
  cleanups.push(async () => void (await Promise.all(children.map((child) => child.stop()))));
  await Promise.all(children.map((child) => child.ready()));

  const door = await openFrontDoor({ host: settings.host, port, consolePort, ingestPort, version });
  cleanups.push(async () => {
    door.close();
    door.closeAllConnections();
  });
  say(`\nMargay ${version} is ready: ${publicUrl}${settings.host === '127.0.0.1' && settings.publicUrl ? `  (listening on ${localUrl})` : ''}

  1. Open ${publicUrl}/sign-up and make an account.
  2. Name a cluster and run the one line that the page shows. No cluster at hand? It offers a demo, and a line for the lab.

Data and logs: ${settings.home}. Ctrl-C stops everything; the data stays.`);
}

async function main(): Promise<void> {
  if (process.argv.includes('--help') || process.argv.includes('-h')) return void console.log(HELP);
  const cleanups: Cleanup[] = [];
  let stopping: Promise<void> | null = null;
  const stop = (code: number): Promise<void> => {
    stopping ??= (async () => {
      for (const cleanup of cleanups.reverse())
        await cleanup().catch((error: unknown) => console.error(error instanceof Error ? error.message : error));
      process.exit(code);
    })();
    return stopping;
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (!stopping) console.log('\nStopping …');
      void stop(0);
    });
  }
  try {
    await start(readSettings(process.env), cleanups, (line) => {
      if (!stopping) console.log(line);
    });
  } catch (error) {
    if (!stopping) console.error(error instanceof MargayError ? error.message : error);
    await stop(1);
  }
}

await main();

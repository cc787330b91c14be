import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { MargayError } from '@margay/model';
import { removeState, runCleanup } from './cleanup.ts';
import { runCluster } from './cluster.ts';
import { nftPlane } from './enforce/index.ts';
import { releaseMemory } from './ffi/index.ts';
import { createBpfWindowSource } from './flows/kernel/index.ts';
import { HELP } from './help.ts';
import { connectKube } from './kube/client.ts';
import { createLog } from './log.ts';
import { runNode } from './node.ts';
import { parseSettings, type Settings, VERSION } from './settings.ts';

// Memory is what nodes are short of; the agent's code is small and soon warm either way.
setFlagsFromString('--optimize-for-size');

// Node's own report would print the source line, which in a bundle is the whole bundle.
process.on('uncaughtException', (error) => fail(error));

const WARM_AFTER_MS = 10_000;
/** What runs seldom (a full collection, a list read anew) brings its code back; to take it out costs a few hundred page faults. */
const RELEASE_EVERY_MS = 10_000;

/** @returns the process's exit code. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' }, version: { type: 'boolean' } },
  });
  const role = positionals[0] ?? process.env.MARGAY_ROLE;
  if (values.version) process.stdout.write(`${process.env.MARGAY_VERSION || VERSION}\n`);
  else if (values.help) process.stdout.write(HELP);
  else if (role === 'cleanup')
    await runCleanup(createBpfWindowSource(), nftPlane, process.env.MARGAY_STATE_DIR || '/var/lib/margay');
  else if (role === 'node' || role === 'cluster') await runRole(role, parseSettings(process.env));
  else {
    process.stderr.write(HELP);
    return 2;
  }
  return 0;
}

async function runRole(role: 'node' | 'cluster', settings: Settings): Promise<void> {
  const log = createLog(settings.logLevel, { role, node: settings.nodeName });
  const stopping = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      log.info({ signal: name }, 'stopping');
      stopping.abort();
    });
  }
  setTimeout(() => {
    releaseMemory();
    setInterval(releaseMemory, RELEASE_EVERY_MS).unref();
  }, WARM_AFTER_MS).unref();
  const kube = connectKube(process.env);
  log.info({ version: settings.version, console: settings.url }, 'started');
  if (role === 'cluster') return runCluster({ settings, kube, log }, stopping.signal);
  const source = createBpfWindowSource({ warn: (message) => log.warn(message) });
  const { uninstalled } = await runNode({ settings, kube, source, log }, stopping.signal);
  if (!uninstalled) return;
  await removeState(settings.stateDir);
  log.info('uninstalled: nothing is left in the kernel and in the state folder');
}

function fail(error: unknown): never {
  const stack = error instanceof Error ? error.stack : undefined;
  process.stderr.write(`${error instanceof MargayError ? error.message : (stack ?? String(error))}\n`);
  process.exit(1);
}

try {
  // Sockets to the API server may be open still: what had to be said is said.
  process.exit(await main());
} catch (error) {
  fail(error);
}

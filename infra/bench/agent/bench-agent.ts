import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLab } from '@margay/lab';
import { MargayError } from '@margay/model';
import { z } from 'zod';
import { buildAgent } from '../../../agent/build.ts';
import { startStandInConsole } from '../../../apps/lab/test/stand-in-console.ts';
import type { Bench } from '../result.ts';
import { cpuSecondsOf, idleNodeMib, residentMibOf } from './process-usage.ts';

const LOAD = join(import.meta.dirname, 'load.mjs');
const PER_SECOND = 3_000;
const SECONDS = 60;
const PORTS = { first: 20_000, last: 20_015 };
/** Short rounds settle the compiler first: an agent runs for weeks. */
const WARM_UP_SECONDS = 10;
const COUNTED_WITHIN_MS = 30_000;
const SERVER_SECONDS = WARM_UP_SECONDS + SECONDS + 60;

const Report = z.object({
  made: z.number(),
  /** Those that got an answer to their SYN: what a pod's interface shows as a connection. */
  connected: z.number(),
  answered: z.number(),
  failed: z.number(),
  seconds: z.number(),
  cpuSeconds: z.number(),
});

/** What runs in the image: the bundle, with the flags of its entry point and its environment. */
async function buildAsImage(home: string): Promise<{ directory: string; environment: Record<string, string> }> {
  const directory = join(home, 'agent');
  await buildAgent(directory);
  const dockerfile = await readFile(join(import.meta.dirname, '../../docker/agent.Dockerfile'), 'utf8');
  const entry = z.array(z.string()).parse(JSON.parse(/^ENTRYPOINT (.*)$/m.exec(dockerfile)?.[1] ?? '[]'));
  const arenas = /^ENV .*\bMALLOC_ARENA_MAX=(\d+)/m.exec(dockerfile)?.[1] ?? '';
  const flags = entry.filter((word) => word.startsWith('--')).join(' ');
  return { directory, environment: { NODE_OPTIONS: flags, ...(arenas && { MALLOC_ARENA_MAX: arenas }) } };
}

/**
 * One node agent in the lab's node, while two pods make 3,000 new TCP connections a second for a minute, on top of what the lab does anyway.
 * `cpu-cores`: CPU of the agent's process (reference: that of the process which only opens the connections). `rss-mib`: its resident memory at the peak
 * (reference: a Node.js that does nothing). `lost`: connections made less connections reported, and what the agent itself counted as lost (reference: made).
 */
export const benchAgent: Bench = async ({ say }) => {
  if (process.getuid?.() !== 0) throw new MargayError('FORBIDDEN', 'this bench runs a lab: it needs root');
  const home = await mkdtemp(join(tmpdir(), 'margay-bench-'));
  const console_ = await startStandInConsole();
  const { directory, environment } = await buildAsImage(home);
  const lab = await startLab({
    home,
    apps: ['boutique'],
    connect: console_.installUrl,
    agentEntry: join(directory, 'margay-agent.mjs'),
    agentEnvironment: environment,
  }).catch(async (error) => {
    await console_.stop();
    throw error;
  });
  try {
    const [client, server, agent] = ['loadgenerator', 'adservice', 'margay-node'].map((name) => {
      const pod = lab.pods().find((each) => each.name.startsWith(`${name}-`));
      if (!pod) throw new Error(`the lab has no ${name}`);
      return pod;
    });
    if (!client || !server || !agent) throw new Error('unreachable');
    const ports = `${PORTS.first}-${PORTS.last}`;
    void lab
      .run([process.execPath, LOAD, 'server', ports, String(SERVER_SECONDS)], server.networkNamespace)
      .catch(() => undefined);
    const load = async (seconds: number) => {
      const command = [process.execPath, LOAD, 'client', server.addresses[0] ?? '', ports, PER_SECOND, seconds];
      return Report.parse(JSON.parse(await lab.run(command.map(String), client.networkNamespace)));
    };
    await new Promise((done) => setTimeout(done, 2_000));
    let made = (await load(WARM_UP_SECONDS)).connected;
    say(`warm-up: ${made} connections`);

    const startCpu = await cpuSecondsOf(agent.pids);
    const startMs = Date.now();
    let peakMib = 0;
    const sampling = setInterval(async () => {
      peakMib = Math.max(peakMib, await residentMibOf(agent.pids).catch(() => 0));
    }, 1_000);
    const report = await load(SECONDS).finally(() => clearInterval(sampling));
    const cores = ((await cpuSecondsOf(agent.pids)) - startCpu) / ((Date.now() - startMs) / 1_000);
    made += report.connected;
    say(`made ${report.made} in ${report.seconds.toFixed(1)} s, ${report.failed} of them failed at the client`);

    const counted = () =>
      console_
        .rows()
        .filter(({ reporter, port }) => reporter === 'dst' && port >= PORTS.first && port <= PORTS.last)
        .reduce((sum, { started }) => sum + started, 0);
    const deadline = Date.now() + COUNTED_WITHIN_MS;
    while (counted() < made && Date.now() < deadline) await new Promise((done) => setTimeout(done, 500));
    const losses = console_.batches.flatMap(({ head }) => head.losses);
    const admitted = losses.reduce((sum, { count }) => sum + count, 0);
    say(
      `counted ${counted()} of ${made}; losses told: ${JSON.stringify(losses.map(({ kind, count }) => [kind, count]))}`,
    );
    const lost = Math.abs(made - counted()) + admitted;
    const idleMib = await idleNodeMib();
    const clientCores = report.cpuSeconds / report.seconds;
    const result = (name: string, value: number, unit: string, reference: number) => ({
      name,
      value: Number(value.toFixed(3)),
      unit,
      reference: Number(reference.toFixed(3)),
      ratio: Number((value / reference).toFixed(4)),
    });
    return [
      result('cpu-cores', cores, 'cores', clientCores),
      result('rss-mib', peakMib, 'MiB', idleMib),
      result('lost', lost, 'connections', made),
    ];
  } finally {
    await lab.stop();
    await console_.stop();
    await rm(home, { recursive: true, force: true });
  }
};

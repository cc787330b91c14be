import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { GetGraphOutput } from '@margay/services/inputs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../apps/lab/src/topology/rename.ts';
import { FaultAgent } from './fault-agent.ts';
import { type EnrolledCluster, FaultyMargay } from './faulty-margay.ts';
import { eventually, type Kill, type KillRun, killInTurn, shuffledTargets } from './kills.ts';
import { noLimitedDisk } from './limited-disk.ts';
import { partsOf } from './processes.ts';
import { PersistentRedis, redisMissing } from './redis.ts';
import { differences, edgeKey, type SumsByEdge, totalOf } from './sums.ts';
import { describeTroubles } from './troubles.ts';

const seed = Number(process.env.MARGAY_FAULTS_SEED ?? Math.floor(Math.random() * 1e9));
const random = randomStream(seed);
const ledger: SumsByEdge = new Map();
const kills: Kill[] = [];
const agents: FaultAgent[] = [];
let margay: FaultyMargay;
let cluster: EnrolledCluster;
let redis: PersistentRedis | null = null;

beforeAll(async () => {
  console.log(`the seed is ${seed}; the same moments again: MARGAY_FAULTS_SEED=${seed}`);
  margay = await FaultyMargay.start();
  cluster = await margay.enrol('killed');
  for (const node of ['node-a', 'node-b', 'node-c']) {
    const { credentialDirectory } = cluster;
    const spoolDirectory = join(margay.folder, 'spools', node);
    agents.push(new FaultAgent({ url: margay.url, node, spoolDirectory, credentialDirectory, seed, ledger }));
  }
  for (const agent of agents) agent.start();
});
afterAll(async () => {
  for (const agent of agents) await agent.kill();
  await margay?.close();
  await redis?.stop();
});

const run = (): KillRun => ({ home: margay.home, agents, stored: margay.stored, redis, random });
/** Ends that nobody caused. A worker that finds no database when it starts may end and be started again. */
const ownEnds = () => margay.output().match(/^(ingest|console) ended \((?!SIGKILL\)).*$/gm) ?? [];
const isWhole = async () => (await fetch(`${margay.url}/healthz`)).ok && (await partsOf(margay.home)).size === 4;

describe('killed with batches in flight', () => {
  // The last batches arrive, and are rolled up, while other things are tested.
  afterAll(() => {
    for (const agent of agents) agent.endTraffic();
  });

  it('the database keeps what it has acknowledged', async () => {
    const settings = `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit, current_setting('full_page_writes') AS pages`;
    for (const role of ['ingest', 'rollup'] as const)
      expect(await margay.stored.query(settings, [], role)).toEqual([{ fsync: 'on', commit: 'on', pages: 'on' }]);
  });

  it('parts come back, with queues on PostgreSQL', async () => {
    const counts = { console: 2, ingest: 2, worker: 2, postgres: 2, backend: 1, agent: 2 };
    kills.push(...(await killInTurn(shuffledTargets(counts, random), run())));
    await eventually(isWhole, 'every part lives and answers');
    expect(ownEnds()).toEqual([]);
    expect(margay.output().match(/^PostgreSQL runs again/gm)).toHaveLength(counts.postgres);
  });

  it('parts come back, with queues and bus on Redis', async (context) => {
    if (redisMissing) return context.skip(redisMissing);
    redis = await PersistentRedis.start();
    await margay.run({ REDIS_URL: redis.url });
    const counts = { console: 1, ingest: 1, worker: 2, postgres: 1, backend: 1, agent: 1, redis: 3 };
    kills.push(...(await killInTurn(shuffledTargets(counts, random), run())));
    await eventually(isWhole, 'every part lives and answers');
    expect(ownEnds()).toEqual([]);
    expect(margay.output().match(/^PostgreSQL runs again/gm)).toHaveLength(counts.postgres);
  });

  it('while the disk of the database is full, agents keep their batches', async (context) => {
    const { disk } = margay;
    if (!disk) return context.skip(noLimitedDisk ?? '');
    const failuresBefore = failures();
    disk.resize((await disk.usedBytes()) + (256 << 10));
    await eventually(async () => failures() > failuresBefore + 1, 'batches fail on the full disk');
    await delay(500);
    disk.resize(1 << 30);
    const before = agents.map(({ acknowledged }) => acknowledged.size);
    await eventually(
      async () => agents.every(({ acknowledged }, index) => acknowledged.size > (before[index] ?? 0)),
      'batches are acknowledged again',
    );
    const told = [margay.output(), ...agents.flatMap((agent) => [...agent.failures.keys()])].join('\n');
    expect(told).toMatch(/disk of the database is full|No space left on device/);
    expect(ownEnds()).toEqual([]);
  });
});

describeTroubles(() => margay);

describe('after all kills', () => {
  it('no acknowledged batch is lost, none counted twice, at every level', async () => {
    await eventually(async () => agents.every(({ isDrained }) => isDrained), 'every spool is empty');
    expect(agents.flatMap(({ faults }) => faults)).toEqual([]);
    const stored = await margay.stored.batches(cluster.clusterId);
    for (const { acknowledged } of agents)
      for (const [id, rows] of acknowledged) expect({ id, rows: stored.get(id) }).toEqual({ id, rows });
    expect([...stored.values()].filter((rows) => rows > 0)).toHaveLength(
      agents.reduce((sum, { windows }) => sum + windows, 0),
    );
    expect(await margay.stored.losses(cluster.clusterId)).toEqual({});

    await eventually(() => margay.stored.isRolledUp(), 'everything is rolled up');
    for (const level of ['flow_5s', 'flow_1m', 'flow_1h', 'edge_1h'] as const)
      expect({ level, wrong: differences(ledger, await margay.stored.sums(level, cluster.clusterId)) }).toEqual({
        level,
        wrong: [],
      });
    expect(await shownDifferences()).toEqual([]);
    tellSum(stored.size);
  });

  it('there were at least twenty kills, each with batches in flight', () => {
    expect(kills.length).toBeGreaterThanOrEqual(redisMissing ? 11 : 20);
    expect(kills.filter(({ inFlight }) => inFlight === 0)).toEqual([]);
  });
});

function failures(): number {
  return agents.reduce((sum, agent) => sum + [...agent.failures.values()].reduce((a, b) => a + b, 0), 0);
}

/** Edges of the console's graph against the ledger. */
async function shownDifferences(): Promise<string[]> {
  const { clusterId } = cluster;
  const { edges, losses } = await margay.user.query<GetGraphOutput>('flow.graph', {
    clusterId,
    fromMs: Date.now() - 3_600_000,
    toMs: Date.now() + 60_000,
  });
  const shown = new Map(
    edges.map((edge) => [
      edgeKey(edge.srcId, edge.dstId),
      [edge.bytesForward, edge.bytesReverse, edge.connectionsStarted, edge.connectionsCompleted].join(' '),
    ]),
  );
  const wrong = [...ledger].flatMap(([key, sums]) => {
    const sent = [sums.bytesForward, sums.bytesReverse, sums.started, sums.completed].join(' ');
    return shown.get(key) === sent ? [] : [`${key}: sent ${sent}, shown ${shown.get(key)}`];
  });
  if (shown.size !== ledger.size) wrong.push(`${ledger.size} edges sent, ${shown.size} shown`);
  return [...wrong, ...losses.map((loss) => `loss ${JSON.stringify(loss)}`)];
}

function tellSum(batches: number): void {
  const reasons = new Map<string, number>();
  for (const agent of agents)
    for (const [reason, count] of agent.failures) reasons.set(reason, (reasons.get(reason) ?? 0) + count);
  const duplicates = agents.reduce((sum, agent) => sum + agent.duplicates, 0);
  console.log(
    `  ${kills.length} kills; ${batches} batches, ${JSON.stringify(totalOf(ledger))}; ${duplicates} were sent again after an answer that got lost`,
  );
  for (const [reason, count] of reasons) console.log(`  ${count} × ${reason}`);
}

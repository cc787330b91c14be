import { verbs } from '@margay/services';
import pg from 'pg';
import type { Bench, BenchResult } from '../result.ts';
import { type History, makeHistory } from './history.ts';
import { openQueryStack, type QueryStack } from './query-stack.ts';

const ROWS = 10_000_000;
const EDGES = 20_000;
/** So many batches go in at once, and then up the levels: arrival as it would be, not ten million rows in one transaction. */
const BATCHES_PER_STEP = 125;
const CALLS_PER_ROUND = 20;
const ROWS_PER_CALL = 600;
const DAY_MS = 86_400_000;
const GOALS_MS = { 'graph-24h': 200, 'flows-page': 100 } as const;

/**
 * `graph-24h`, `flows-page`: p95 in milliseconds of the verbs that the service graph and the first page of the flows screen call, at 10 M raw rows and
 * 20,000 edges over a day, while flows go on coming; the answer is ready to be sent. Reference: the goal. `<name>-first` is the very first call, which finds
 * nothing remembered and no plan.
 */
export const benchQuery: Bench = async ({ rounds, say }) => {
  const stack = await openQueryStack();
  try {
    const history = makeHistory({ rows: ROWS, edges: EDGES, endMs: Date.now() });
    await fill(stack, history, say);
    const ask = asking(stack);
    const goOn = goingOn(stack, history);
    const results: BenchResult[] = [];
    for (const name of ['graph-24h', 'flows-page'] as const) {
      const first = await elapsed(ask[name]);
      const calls: number[] = [];
      for (let call = 0; call < rounds * CALLS_PER_ROUND; call++) {
        await goOn();
        calls.push(await elapsed(ask[name]));
      }
      say(
        `${name}: first ${first.toFixed(0)} ms, median ${quantile(calls, 0.5).toFixed(0)}, p95 ${quantile(calls, 0.95).toFixed(0)}`,
      );
      results.push(result(name, quantile(calls, 0.95), GOALS_MS[name]), result(`${name}-first`, first, GOALS_MS[name]));
    }
    return results;
  } finally {
    await stack.close();
  }
};

async function fill(
  { owner, orgId, clusterId, rollUp, databaseUrl }: QueryStack,
  { batches }: History,
  say: (line: string) => void,
) {
  const startedMs = performance.now();
  const { flowStore } = owner.deps;
  const pending = new Set<Promise<unknown>>();
  let [rows, steps] = [0, 0];
  const append = async (batch: Parameters<typeof flowStore.append>[1]) => {
    const { rows: taken, unknownPeers } = await flowStore.append({ orgId, clusterId }, batch, batch.head.sentAtMs);
    if (taken !== batch.columns.rows || unknownPeers.length > 0) throw new Error('a batch was not taken whole');
  };
  const settle = async () => {
    await Promise.all(pending);
    pending.clear();
    await rollUp();
    say(`${(rows / 1e6).toFixed(1)} M rows, ${((performance.now() - startedMs) / 1000).toFixed(0)} s`);
  };
  for (const batch of batches) {
    if (batch.head.sequence === 0) {
      await append(batch);
      continue;
    }
    const work = append(batch);
    pending.add(work);
    rows += batch.columns.rows;
    if (pending.size % 8 === 0) await Promise.all(pending);
    if (++steps % BATCHES_PER_STEP === 0) await settle();
  }
  await settle();
  const admin = new pg.Client({ connectionString: databaseUrl });
  await admin.connect();
  // What autovacuum does in the hours that were filled in minutes.
  await admin.query('VACUUM ANALYZE').finally(() => admin.end());
}

/** What a cluster of so many edges sends in five seconds; the roll-up has taken every other of them when a call comes. */
function goingOn({ owner, orgId, clusterId, rollUp }: QueryStack, history: History) {
  let turn = 0;
  return async () => {
    const batch = history.next(ROWS_PER_CALL, Date.now());
    await owner.deps.flowStore.append({ orgId, clusterId }, batch, batch.head.sentAtMs);
    if (turn++ % 2 === 0) await rollUp();
  };
}

function asking({ owner, clusterId }: QueryStack) {
  const range = () => ({ clusterId, fromMs: Date.now() - DAY_MS, toMs: Date.now() });
  const now = () => ({ ...owner, now: new Date() });
  return {
    'graph-24h': async () => {
      const { edges } = await verbs['flow.graph'](now(), range());
      if (edges.length !== EDGES) throw new Error(`${edges.length} edges instead of ${EDGES}`);
    },
    'flows-page': async () => {
      const { rows } = await verbs['flow.list'](now(), { ...range(), filter: {}, limit: 100 });
      if (rows.length !== 100) throw new Error(`${rows.length} rows instead of 100`);
    },
  };
}

async function elapsed(work: () => Promise<void>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

/** The smallest value that so many are not above. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
}

const result = (name: string, value: number, reference: number): BenchResult => ({
  name,
  value: Number(value.toFixed(1)),
  unit: 'ms',
  reference,
  ratio: Number((value / reference).toFixed(3)),
});

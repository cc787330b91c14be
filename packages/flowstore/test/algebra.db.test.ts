import { NO_ID, peerId } from '@margay/model';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EdgeAnswer, FlowPage, Scope } from '../src/index.ts';
import { type Group, pairKey } from '../src/merge/group.ts';
import { addGroups } from '../src/merge/merge-sides.ts';
import { toEdge } from '../src/merge/to-edge.ts';
import { coveredRange } from '../src/postgres/read/plan.ts';
import { batchOf, external, type Fact, newScope, service, workload } from './harness.ts';
import { openPostgresEngine, type PostgresEngine } from './postgres-engine.ts';

const PEERS = [workload('shop', 'web'), workload('shop', 'db'), workload('bank', 'ledger'), external('203.0.113.9')];
const VIA = [undefined, service('shop', 'web')];
const BY_ID = new Map([...PEERS, ...VIA.filter((peer) => peer !== undefined)].map((peer) => [peerId(peer), peer]));
const MINUTE = 60_000;
const HOUR = 3_600_000;

let engine: PostgresEngine;
beforeAll(async () => {
  engine = await openPostgresEngine();
});
afterAll(async () => {
  await engine.close();
});

/** Event times within what every level keeps, dense in the last three hours and around hour and minute seams. */
const agoMs = fc.oneof(
  fc.integer({ min: 0, max: 3 * HOUR }),
  fc.integer({ min: 0, max: 90_000 }),
  fc.integer({ min: 0, max: 25 * HOUR }),
);
const counter = fc.oneof(fc.nat({ max: 5 }), fc.integer({ min: 0, max: 2 ** 43 }));
const fact = fc.record({
  src: fc.constantFrom(...PEERS),
  dst: fc.constantFrom(...PEERS),
  service: fc.constantFrom(...VIA),
  agoMs,
  port: fc.constantFrom(80, 8080),
  protocol: fc.constantFrom(6, 17),
  reporter: fc.constantFrom('src' as const, 'dst' as const),
  action: fc.constantFrom('allow' as const, 'deny' as const),
  evidence: fc.constantFrom('kernel' as const, 'unanswered' as const),
  bytesForward: counter,
  packetsForward: counter.map((n) => Math.min(n, 2 ** 31 - 1)),
  started: fc.nat({ max: 1000 }),
  traceHi: fc.constantFrom(0, 7),
  addresses: fc.array(fc.constantFrom('10.0.0.1', '10.0.0.2', 'fd00::3'), { maxLength: 3 }),
});
type Sample = typeof fact extends fc.Arbitrary<infer T> ? T : never;

const toFact = ({ agoMs: ago, ...rest }: Sample, nowMs: number): Fact => ({ ...rest, atMs: nowMs - ago });

const keyed = (group: Omit<Group, 'pair'>): Group => ({ ...group, pair: pairKey(group) });

/** What the algebra says: facts whose window lies in the range, added up in memory. */
function expected(facts: readonly Fact[], fromMs: number, toMs: number) {
  const groups = facts
    .filter(({ atMs }) => windowOf(atMs) >= fromMs && windowOf(atMs) < toMs)
    .map(
      (f): Group =>
        keyed({
          srcId: peerId(f.src),
          dstId: peerId(f.dst),
          serviceId: f.service ? peerId(f.service) : NO_ID,
          protocol: f.protocol ?? 6,
          port: f.port ?? 8080,
          reporter: f.reporter ?? 'src',
          action: f.action ?? 'allow',
          evidence: f.evidence ?? 'kernel',
          bucketMs: 0,
          addresses: [],
          facts: {
            flows: 1,
            bytesForward: f.bytesForward ?? 400,
            packetsForward: f.packetsForward ?? 6,
            bytesReverse: 1600,
            packetsReverse: 5,
            connectionsStarted: f.started ?? 1,
            connectionsCompleted: 1,
            firstSeenMs: f.atMs,
            lastSeenMs: f.atMs + 200,
          },
        }),
    );
  return sorted([...addGroups(groups).pairs.values()].map((pair) => toEdge(pair, BY_ID)));
}
const windowOf = (ms: number) => Math.floor(ms / 5000) * 5000;
const sorted = (edges: readonly unknown[]) => edges.map((edge) => JSON.stringify(edge, sortKeys)).sort();
function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const answersOf = async (scope: Scope, fromMs: number, toMs: number) =>
  sorted((await engine.store.edges(scope, { fromMs, toMs })).edges);

test('the same facts give the same edges, however they are split, delayed, ordered and rolled up', async () => {
  const plan = fc.record({
    facts: fc.array(fact, { minLength: 1, maxLength: 40 }),
    /** Batch of each fact, and after which batches a roll-up runs. */
    batches: fc.array(fc.nat({ max: 5 }), { minLength: 40, maxLength: 40 }),
    rollUps: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
    ranges: fc.array(fc.tuple(agoMs, agoMs), { minLength: 2, maxLength: 4 }),
    /** After which batches somebody looks: what is remembered from there must not be shown later. */
    looks: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
  });
  await fc.assert(
    fc.asyncProperty(plan, async ({ facts: samples, batches, rollUps, ranges, looks }) => {
      const scope = newScope();
      const nowMs = Date.now();
      const facts = samples.map((sample) => toFact(sample, nowMs));
      const look = async (upTo: number) => {
        const come = facts.filter((_, i) => (batches[i] ?? 0) <= upTo);
        for (const [a, b] of [...ranges, [4 * HOUR, 0] as const, [26 * HOUR, 0] as const]) {
          const fromMs = nowMs - Math.max(a, b);
          const toMs = nowMs - Math.min(a, b) + 1;
          const covered = coveredRange({ fromMs, toMs });
          expect(await answersOf(scope, fromMs, toMs)).toEqual(
            expected(come, windowOf(covered.fromMs), Math.ceil(covered.toMs / 5000) * 5000),
          );
        }
      };
      for (let batch = 0; batch < 6; batch++) {
        const part = facts.filter((_, i) => batches[i] === batch);
        if (part.length > 0) await engine.store.append(scope, batchOf(part), nowMs);
        if (rollUps[batch]) await engine.maintenance.rollUp(Date.now());
        if (looks[batch] || batch === 5) await look(batch);
      }
    }),
    { numRuns: 40 },
  );
});

test('a list at any resolution adds up to the edges', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fact, { minLength: 1, maxLength: 30 }), fc.boolean(), async (samples, rolled) => {
      const scope = newScope();
      const nowMs = Date.now();
      // One reporter, so that rows of a key add up to its edge.
      const facts = samples.map((sample) => toFact({ ...sample, reporter: 'src' }, nowMs));
      const half = Math.floor(facts.length / 2);
      await engine.store.append(scope, batchOf(facts.slice(0, half)), nowMs);
      if (rolled) await engine.maintenance.rollUp(Date.now());
      await engine.store.append(scope, batchOf(facts.slice(half)), nowMs);
      for (const [hours, resolution] of [
        [0.9, 5],
        [4, 60],
        [30, 3600],
      ] as const) {
        const toMs = Math.ceil(nowMs / HOUR) * HOUR;
        const range = { fromMs: toMs - HOUR - hours * HOUR, toMs };
        const list = await allRows(scope, resolution === 5 ? { fromMs: nowMs - 0.9 * HOUR, toMs: nowMs + 1 } : range);
        expect(list.every((row) => row.resolutionSeconds === resolution)).toBe(true);
        const from =
          resolution === 5 ? windowOf(nowMs - 0.9 * HOUR) : range.fromMs - (range.fromMs % (resolution * 1000));
        const wanted = facts.filter(({ atMs }) => windowOf(atMs) >= from);
        expect(sum(list, 'bytesForward')).toBe(wanted.reduce((n, f) => n + (f.bytesForward ?? 0), 0));
        expect(sum(list, 'connectionsStarted')).toBe(wanted.reduce((n, f) => n + (f.started ?? 0), 0));
        for (const row of list) expect(row.firstSeenMs).toBeGreaterThanOrEqual(row.bucketStartMs);
      }
    }),
    { numRuns: 8 },
  );
});

async function allRows(scope: Scope, range: { fromMs: number; toMs: number }): Promise<FlowPage['rows']> {
  const rows: FlowPage['rows'][number][] = [];
  let cursor: string | undefined;
  do {
    const page = await engine.store.flows(scope, range, {}, { limit: 9, cursor });
    rows.push(...page.rows);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return rows;
}
const sum = (rows: FlowPage['rows'], key: 'bytesForward' | 'connectionsStarted') =>
  rows.reduce((total, row) => total + row[key], 0);

test('an answer says what it was read from; nothing is lost when finer levels are dropped', async () => {
  const own = await openPostgresEngine();
  try {
    const scope = newScope();
    const nowMs = Date.now();
    const facts = [3 * HOUR, 90 * MINUTE, 70 * MINUTE, 2 * MINUTE].map(
      (ago): Fact => ({ src: PEERS[0]!, dst: PEERS[1]!, atMs: nowMs - ago }),
    );
    await own.store.append(scope, batchOf(facts), nowMs);
    const range = { fromMs: Math.floor(nowMs / HOUR) * HOUR - 4 * HOUR + 7 * MINUTE + 12_000, toMs: nowMs + 1 };
    const read = async (): Promise<EdgeAnswer> => await own.store.edges(scope, range);
    expect(await read()).toMatchObject({ resolutions: [3600, 5], edges: [{ connectionsStarted: 4 }] });
    await own.maintenance.rollUp(Date.now());
    expect(await read()).toMatchObject({ resolutions: [3600, 5], edges: [{ connectionsStarted: 4 }] });

    const dropped = await own.maintenance.upkeep(nowMs + 2 * HOUR);
    expect(dropped.dropped.every((part) => part.startsWith('flow_5s'))).toBe(true);
    expect(await read()).toMatchObject({ edges: [{ connectionsStarted: 4, firstSeenMs: nowMs - 3 * HOUR }] });
    expect((await own.store.flows(scope, range, {}, { limit: 10 })).resolutionSeconds).toBe(60);

    await own.maintenance.upkeep(nowMs + 28 * HOUR);
    expect(await read()).toMatchObject({
      resolutions: [3600],
      edges: [{ connectionsStarted: 4, lastSeenMs: nowMs - 2 * MINUTE + 200 }],
    });
    expect((await own.store.flows(scope, range, {}, { limit: 10 })).resolutionSeconds).toBe(3600);
  } finally {
    await own.close();
  }
});

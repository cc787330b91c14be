import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peerKey } from '@margay/model';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { edgeKey, type Lab, type LedgerEntry, observedEdges, startLab } from '../src/index.ts';
import { PodCounters, type TrafficCount } from './pod-counters.ts';
import { type QuietCut, quietCut } from './quiet-cut.ts';
import { type StandInConsole, type StandInRow, startStandInConsole } from './stand-in-console.ts';

const TCP = 6;
/** Every edge must show this soon after the lab is up. */
const SHOW_MS_MAX = 15_000;
const MEASURED_MS = 15_000;
/** For a boundary without a packet: a job or the API's watches may disturb one or the other. */
const CUT_WITHIN_MS = 45_000;

const home = mkdtempSync(join(tmpdir(), 'margay-lab-exact-'));
let console: StandInConsole;
let lab: Lab;
let upMs = 0;

beforeAll(async () => {
  console = await startStandInConsole();
  lab = await startLab({ home, connect: console.installUrl });
  upMs = Date.now();
}, 90_000);
afterAll(async () => {
  await lab?.stop();
  await console?.stop();
  rmSync(home, { recursive: true, force: true });
});

const rowEdge = (row: StandInRow) => `${peerKey(row.source)} → ${peerKey(row.destination)} ${row.protocol} ${row.port}`;

it('shows every true edge of all applications within 15 s, and no edge that is not real', async () => {
  const wanted = lab.expectedEdges().map(edgeKey);
  const seen = () => new Set(console.rows().map(rowEdge));
  const missing = () => wanted.filter((edge) => !seen().has(edge));
  await expect.poll(missing, { timeout: upMs + SHOW_MS_MAX - Date.now(), interval: 100 }).toEqual([]);
  globalThis.console.log(`every one of ${wanted.length} edges ${Date.now() - upMs} ms after the lab was up`);
  expect([...seen()].filter((edge) => !wanted.includes(edge))).toEqual([]);
});

describe('between two quiet window boundaries', () => {
  let from: QuietCut;
  let until: QuietCut;
  let rows: StandInRow[];

  beforeAll(async () => {
    const counters = await PodCounters.add(lab);
    from = await quietCut(lab, counters.read, { notBeforeMs: Date.now(), deadlineMs: Date.now() + CUT_WITHIN_MS });
    const notBeforeMs = from.atMs + MEASURED_MS;
    until = await quietCut(lab, counters.read, { notBeforeMs, deadlineMs: notBeforeMs + CUT_WITHIN_MS });
    await counters.remove();
    // What waits for a name is named, or counted as lost, when the next window is read.
    const isComplete = () => console.rows().some(({ windowStart }) => windowStart * 1_000 >= until.atMs);
    await vi.waitUntil(isComplete, { timeout: 20_000, interval: 100 });
    const inside = (ms: number) => ms >= from.atMs && ms < until.atMs;
    rows = console.rows().filter(({ windowStart }) => inside(windowStart * 1_000));
    globalThis.console.log(`measured ${until.atMs - from.atMs} ms, ${rows.length} rows`);
  }, 140_000);

  it('counts exactly the bytes and packets that nft counts on the same veths', () => {
    const reported = new Map<string, TrafficCount>();
    const add = (key: string, packets: number, bytes: number) => {
      const sum = reported.get(key) ?? { packets: 0, bytes: 0 };
      reported.set(key, { packets: sum.packets + packets, bytes: sum.bytes + bytes });
    };
    for (const row of rows) {
      const isSource = row.reporter === 'src';
      const pod = peerKey(isSource ? row.source : row.destination);
      add(`${isSource ? 'out' : 'in'} ${pod}`, row.packetsForward, row.bytesForward);
      add(`${isSource ? 'in' : 'out'} ${pod}`, row.packetsReverse, row.bytesReverse);
    }
    const counted = [...until.counts].map(([key, { packets, bytes }]) => {
      const before = from.counts.get(key) ?? { packets: 0, bytes: 0 };
      return [key, { packets: packets - before.packets, bytes: bytes - before.bytes }] as const;
    });
    const none = { packets: 0, bytes: 0 };
    expect(Object.fromEntries(counted.map(([key]) => [key, reported.get(key) ?? none]))).toEqual(
      Object.fromEntries(counted),
    );
    for (const name of ['boutique/Deployment/frontend', 'boutique/Deployment/redis-cart', 'bank/StatefulSet/database'])
      expect(counted.find(([key]) => key === `in workload/${name}`)?.[1].packets).toBeGreaterThan(20);
    expect(counted.filter(([, { packets }]) => packets > 0).length).toBeGreaterThan(30);
  });

  it('counts, at both ends of every edge, exactly the connections that connect() and accept() logged', () => {
    const ledger = lab.ledger();
    const portOf = ({ address, port }: LedgerEntry['local']) => `${address} ${port}`;
    const logged = (reporter: 'src' | 'dst', entries: readonly LedgerEntry[]) => {
      const edges = observedEdges(entries, lab.plan, lab.nodeName).filter(({ protocol }) => protocol === TCP);
      const end = reporter === 'src' ? 'source' : 'destination';
      return edges
        .filter((edge) => edge[end].kind === 'workload')
        .map((edge) => [`${reporter} ${edgeKey(edge)}`, edge.count] as const);
    };
    const loggedBefore = (ms: number) => {
      const entries = ledger.filter(({ timeMs }) => timeMs < ms);
      // A connect() names the Service; whom it reached is known where the same pair of address and port was accepted.
      const dialled = new Set(entries.filter(({ op }) => op === 'connect').map(({ local }) => portOf(local)));
      const connected = entries.filter(({ op, remote }) => op !== 'accept' || dialled.has(portOf(remote)));
      return new Map([...logged('src', connected), ...logged('dst', entries)]);
    };
    const before = loggedBefore(from.atMs);
    const wanted = [...loggedBefore(until.atMs)]
      .map(([key, count]) => [key, count - (before.get(key) ?? 0)] as const)
      .filter(([, count]) => count > 0);
    const inside = ({ timeMs }: LedgerEntry) => timeMs >= from.atMs && timeMs < until.atMs;
    const accepted = new Set(ledger.filter(({ op }) => op === 'accept').map(({ remote }) => portOf(remote)));
    const dialledPods = ledger.filter(
      (entry) => entry.op === 'connect' && inside(entry) && /^(10\.244\.|fd00:)/.test(entry.remote.address ?? ''),
    );
    expect(dialledPods.filter(({ local }) => !accepted.has(portOf(local)))).toEqual([]);
    const reported = new Map<string, number>();
    for (const row of rows.filter(({ protocol, started }) => protocol === TCP && started > 0)) {
      const key = `${row.reporter} ${rowEdge(row)}`;
      reported.set(key, (reported.get(key) ?? 0) + row.started);
    }
    expect(Object.fromEntries([...reported].sort())).toEqual(Object.fromEntries(wanted.sort()));
    // Kept-alive connections may all be older than the first cut.
    expect(wanted.length).toBeGreaterThan(40);
  });

  it('loses nothing', () => {
    expect(console.batches.flatMap(({ head }) => head.losses)).toEqual([]);
  });
});

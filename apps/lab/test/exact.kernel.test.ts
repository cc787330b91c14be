import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peerKey } from '@margay/model';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { edgeKey, type Lab, observedEdges, startLab } from '../src/index.ts';
import { type StandInConsole, startStandInConsole } from './stand-in-console.ts';

const WINDOW_MS = 5_000;
/** The agent has attached its taps by then; connections begun before are none of the measured windows. */
const SETTLE_MS = 10_000;
const MEASURED_WINDOWS = 4;
/** A process writes an accept() down a moment after the kernel saw the SYN: at the two ends of the measured time either window may have it. */
const EDGE_MS = 300;

const home = mkdtempSync(join(tmpdir(), 'margay-lab-exact-'));
let console: StandInConsole;
let lab: Lab;

beforeAll(async () => {
  console = await startStandInConsole();
  lab = await startLab({ home, apps: ['boutique'], assets: null, connect: console.installUrl });
}, 90_000);
afterAll(async () => {
  await lab?.stop();
  await console?.stop();
  rmSync(home, { recursive: true, force: true });
});

it('counts, at both ends, exactly the connections that the processes accepted', async () => {
  const fromMs = Math.ceil((Date.now() + SETTLE_MS) / WINDOW_MS) * WINDOW_MS;
  const untilMs = fromMs + MEASURED_WINDOWS * WINDOW_MS;
  const inside = (ms: number) => ms >= fromMs && ms < untilMs;
  const isSent = () =>
    console.batches.some(({ columns }) => columns.windowStart.some((second) => second * 1_000 > untilMs));
  await expect.poll(isSent, { timeout: 90_000, interval: 500 }).toBe(true);

  const acceptedWithin = (slackMs: number) => {
    const counts = (ms: number) => ms >= fromMs - slackMs && ms < untilMs + slackMs;
    const ledger = lab.ledger().filter(({ op, timeMs }) => op === 'start' || counts(timeMs));
    const edges = observedEdges(ledger, lab.plan, lab.nodeName).filter(({ protocol }) => protocol === 6);
    return new Map(edges.map((edge) => [edgeKey(edge), edge]));
  };
  const least = acceptedWithin(-EDGE_MS);
  const most = acceptedWithin(EDGE_MS);
  const reported = new Map<string, number>();
  for (const row of console.rows().filter(({ windowStart }) => inside(windowStart * 1_000))) {
    const key = `${row.reporter} ${peerKey(row.source)} → ${peerKey(row.destination)} ${row.protocol} ${row.port}`;
    reported.set(key, (reported.get(key) ?? 0) + row.started);
  }
  expect(most.size).toBeGreaterThan(15);
  const wrong = [...most].flatMap(([key, { source, destination, count }]) => {
    const ends = [...(source.kind === 'workload' ? ['src'] : []), ...(destination.kind === 'workload' ? ['dst'] : [])];
    const fewest = least.get(key)?.count ?? 0;
    const isRight = (end: string) => {
      const number = reported.get(`${end} ${key}`) ?? 0;
      return number >= fewest && number <= count;
    };
    return ends
      .filter((end) => !isRight(end))
      .map((end) => `${end} ${key}: ${reported.get(`${end} ${key}`)}, accepted ${fewest} to ${count}`);
  });
  expect(wrong).toEqual([]);
});

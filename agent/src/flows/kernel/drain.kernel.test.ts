import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildBpf } from '../../../../bpf/build.ts';
import { CONN, COUNTS, KEY, KeyPile } from '../../ffi/index.ts';
import type { ConnectionSample } from '../window.ts';
import { type KernelMaps, loadKernelMaps } from './kernel-maps.ts';
import { type Lifetimes, readLifetimes } from './lifetimes.ts';
import { readCounts } from './read-counts.ts';

const ENTRIES = 200_000;
const CPU_MS_MAX = 1_000;
let maps: KernelMaps;

beforeAll(() => {
  maps = loadKernelMaps(`${buildBpf()}/flow.bpf.o`, { connectionsMax: ENTRIES });
  const key = Buffer.alloc(KEY.bytes);
  const counts = Buffer.alloc(COUNTS.bytes);
  const conn = Buffer.alloc(CONN.bytes);
  key[KEY.family] = 4;
  key[KEY.protocol] = 6;
  for (let i = 0; i < ENTRIES; i++) {
    key.writeUInt32BE(0x0a000000 + (i % 110), KEY.local);
    key.writeUInt32BE(0x0a010000 + (i % 5_000), KEY.remote);
    key.writeUInt32BE(i, KEY.local_port);
    counts.writeUInt32LE(i, COUNTS.octets);
    maps.windowA.set(key, counts);
    maps.connections.set(key, conn);
  }
});
afterAll(() => maps.close());

/** Processor time, since other work may share the machine. */
async function cpuMs(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

it(`a window of ${ENTRIES} connections is read in well under a second, and cleared`, async () => {
  const readMs: number[] = [];
  for (let round = 0; round < 3; round++) {
    const samples: ConnectionSample[] = [];
    readMs.push(
      await cpuMs(async () => {
        for await (const batch of maps.windowA.batches()) readCounts(batch, (ns) => ns, samples);
      }),
    );
    expect(samples).toHaveLength(ENTRIES);
    expect(samples.reduce((sum, sample) => sum + sample.bytesOut, 0)).toBe((ENTRIES * (ENTRIES - 1)) / 2);
  }
  const clearMs = await cpuMs(() => maps.windowA.clear());
  const left: number[] = [];
  for await (const batch of maps.windowA.batches()) left.push(batch.count);
  expect(left).toEqual([]);
  const times = readMs.map(Math.round).join(', ');
  console.log(`  ${ENTRIES} connections: read in ${times} ms, cleared in ${Math.round(clearMs)} ms of processor time`);
  expect(Math.min(...readMs)).toBeLessThan(CPU_MS_MAX);
  expect(clearMs).toBeLessThan(CPU_MS_MAX);
});

it(`the deadlines of ${ENTRIES} connections are looked at in well under a second`, async () => {
  const found: Lifetimes = { samples: [], expired: new KeyPile(KEY.bytes), count: 0 };
  const scan = { fromNs: 0, toNs: 1, underPressure: false, isGone: () => false };
  const scanMs = await cpuMs(async () => {
    for await (const batch of maps.connections.batches()) readLifetimes(batch, scan, (ns) => ns, found);
  });
  expect(found.count).toBe(ENTRIES);
  expect(found.expired).toHaveLength(0);
  console.log(`  ${ENTRIES} connections: deadlines in ${Math.round(scanMs)} ms of processor time`);
  expect(scanMs).toBeLessThan(CPU_MS_MAX);
});

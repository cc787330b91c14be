import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packRecording, RECORDING_BYTES_MAX, readRecording } from './recording.ts';

const SHIPPED = new URL('../recording/cluster.zst', import.meta.url);
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'margay-demo-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function reading(bytes: Uint8Array) {
  const file = join(directory, 'file.zst');
  await writeFile(file, bytes);
  return await readRecording(file);
}

describe('the recording', () => {
  it('that comes with Margay is small, covers minutes, and defines every peer that it names', async () => {
    expect((await stat(SHIPPED)).size).toBeLessThanOrEqual(RECORDING_BYTES_MAX);
    const { spanSeconds, peers, batches, inventory } = await readRecording();
    expect(spanSeconds).toBeGreaterThanOrEqual(180);
    expect(inventory.inventory.workloads.length).toBeGreaterThan(15);
    expect(inventory.inventory.policies.length).toBeGreaterThan(0);
    const defined = new Set<string>(peers.map(({ id }) => id));
    const hex = (value = 0) => value.toString(16).padStart(8, '0');
    for (const { columns: c } of batches)
      for (const [hi, lo] of [
        [c.srcHi, c.srcLo],
        [c.dstHi, c.dstLo],
        [c.serviceHi, c.serviceLo],
      ] as const)
        for (let row = 0; row < c.rows; row++) {
          const id = `${hex(hi[row])}${hex(lo[row])}`;
          if (!/^0+$/.test(id)) expect(defined).toContain(id);
        }
  });

  it('comes back as it was packed', async () => {
    const recording = await readRecording();
    expect(await reading(packRecording(recording))).toEqual(recording);
  });

  it('is refused in words when it is cut, or something else', async () => {
    const bytes = await readFile(SHIPPED);
    for (const wrong of [bytes.subarray(0, bytes.length / 2), Buffer.from('hello'), Buffer.alloc(0)])
      await expect(reading(wrong)).rejects.toThrow('make it anew');
  });
});

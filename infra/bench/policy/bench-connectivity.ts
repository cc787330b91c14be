import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUNDLE, buildCli } from '../../../apps/cli/build.mjs';
import { writeBoutique, writeManifests } from '../../seed/manifests/write-manifests.ts';
import { type Bench, type BenchResult, median } from '../result.ts';
import { watchMemory } from './watch-memory.ts';

const PLAN = { workloads: 1000, namespaces: 50, policies: 500, seed: 1 };

/**
 * `connectivity-boutique`, `connectivity-1000`: seconds of `margay connectivity -o json`, process start included, for Online Boutique and for a made cluster of
 * 1,000 workloads in 50 namespaces with 500 policies; `connectivity-1000-mib`: what the latter takes at most. Reference: the goal.
 */
export const benchConnectivity: Bench = async ({ rounds, say }) => {
  await buildCli();
  const folder = mkdtempSync(join(tmpdir(), 'margay-bench-'));
  try {
    const [boutique, large] = [join(folder, 'boutique'), join(folder, 'large')];
    writeBoutique(boutique);
    writeManifests(large, PLAN);
    const small = await measure(boutique, rounds, say);
    const big = await measure(large, rounds, say);
    return [
      result('connectivity-boutique', small.seconds, 's', 0.3),
      result('connectivity-1000', big.seconds, 's', 10),
      result('connectivity-1000-mib', big.peakMib, 'MiB', 1024),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const result = (name: string, value: number, unit: string, reference: number): BenchResult => ({
  name,
  value: Number(value.toFixed(3)),
  unit,
  reference,
  ratio: Number((value / reference).toFixed(3)),
});

async function measure(folder: string, rounds: number, say: (line: string) => void) {
  const runs: { seconds: number; peakMib: number }[] = [];
  for (let round = 1; round <= rounds; round++) {
    const run = await runOnce(folder);
    say(`round ${round}: ${run.seconds.toFixed(3)} s, ${Math.round(run.peakMib)} MiB`);
    runs.push(run);
  }
  return { seconds: median(runs.map((run) => run.seconds)), peakMib: Math.max(...runs.map((run) => run.peakMib)) };
}

async function runOnce(folder: string): Promise<{ seconds: number; peakMib: number }> {
  const startedMs = performance.now();
  const { peakMib } = await watchMemory([BUNDLE, 'connectivity', folder, '-o', 'json']);
  return { seconds: (performance.now() - startedMs) / 1000, peakMib };
}

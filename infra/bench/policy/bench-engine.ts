import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Bench, BenchResult } from '../result.ts';
import { watchMemory } from './watch-memory.ts';

const WORK = fileURLToPath(new URL('engine-work.ts', import.meta.url));
const Figures = z.record(z.string(), z.number());
const GOALS: Readonly<Record<string, { readonly unit: string; readonly goal: number }>> = {
  'compile-16k-pods': { unit: 's', goal: 2 },
  'update-one-pod': { unit: 'ms', goal: 1 },
};

/**
 * `evaluate-N`, `classifier-N`: verdicts a second with N policies in the one namespace that all pods are in, nearly all of them denials, which are
 * the dearest; 4,096 packets over and over, so that the classifier knows their classes; `classifier-N-anew` is without that memory. Reference: the
 * same with 10 policies. `compile-16k-pods`, `update-one-pod`: reference is the goal. `peak-mib`: of the whole process, to 1 GiB.
 */
export const benchEngine: Bench = async ({ rounds, say }) => {
  say(`engine: ${rounds} interleaved rounds`);
  const { stdout, peakMib } = await watchMemory([WORK, String(rounds)]);
  const figures = Figures.parse(JSON.parse(stdout));
  const results = Object.entries(figures).map(([name, value]): BenchResult => {
    const { unit, goal } = GOALS[name] ?? { unit: 'verdicts/s', goal: figures[name.replace(/-10+/, '-10')] ?? value };
    return {
      name,
      value: Number(value.toPrecision(4)),
      unit,
      reference: Number(goal.toPrecision(4)),
      ratio: ratio(value, goal),
    };
  });
  return [
    ...results,
    { name: 'peak-mib', value: Math.round(peakMib), unit: 'MiB', reference: 1024, ratio: ratio(peakMib, 1024) },
  ];
};

const ratio = (value: number, reference: number) => Number((value / reference).toFixed(3));

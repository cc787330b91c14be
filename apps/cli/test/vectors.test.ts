import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { BUILD_MS, buildMargay, type Ran } from './run-margay.ts';

/** Others' cases, through the bundled CLI as a process: some of each kind, as the engine alone runs all of them (packages/policy/test). */
const root = process.env.MARGAY_VECTORS;
if (root === undefined) console.warn('vectors through the CLI skipped: MARGAY_VECTORS names no folder');
const at = (...parts: string[]) => join(root ?? '', ...parts);

let margay: (args: readonly string[]) => Ran;
beforeAll(async () => {
  if (root !== undefined) margay = await buildMargay();
}, BUILD_MS);

interface Case {
  readonly scenario: string;
  readonly expect: string | null;
  readonly expected: string;
  readonly dir1?: string;
  readonly dir2?: string;
  readonly why?: string;
}
const EVERY = 4;
const some = <T>(list: readonly T[]) => list.filter((_, place) => place % EVERY === 0);
const cases: readonly Case[] = root === undefined ? [] : JSON.parse(readFileSync(at('np-guard/index.json'), 'utf8'));
const scenarios = root === undefined ? [] : readdirSync(at('calico/scenarios'));

interface Entry {
  readonly rule: number;
  readonly tier: string;
  readonly action: string;
}
/** At the end of a tier tools name different policies. */
const comparable = (trace: readonly Entry[]) =>
  trace.map((entry) => (entry.rule === -1 ? { rule: -1, tier: entry.tier, action: entry.action } : entry));

describe.skipIf(root === undefined)('through the CLI', () => {
  it('lists Online Boutique', () => {
    const rows = (text: string) =>
      (JSON.parse(text) as { src: string; dst: string }[]).sort((a, b) => (a.src + a.dst < b.src + b.dst ? -1 : 1));
    const ran = margay(['connectivity', at('online-boutique/manifests'), '-o', 'json']);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(rows(ran.out)).toEqual(rows(readFileSync(at('online-boutique/expected.json'), 'utf8')));
  });

  it.each(some(cases.filter((one) => one.expect === 'diff')).map((one) => [one.scenario, one] as const))(
    'np-guard diff %s',
    (_scenario, { dir1 = '', dir2 = '', expected }) => {
      const csv = readFileSync(at('np-guard', expected), 'utf8').trimEnd();
      const ran = margay(['diff', at('np-guard', dir1), at('np-guard', dir2), '-o', 'csv']);
      expect(ran.out.trimEnd()).toBe(csv);
      expect(ran.code).toBe(csv.includes('\n') ? 1 : 0);
    },
  );

  const refused = cases.filter((one) => one.expect === 'error' && !one.why?.includes('a limit of netpol-analyzer'));
  it.each(some(refused).map((one) => [one.scenario, one.why]))('np-guard refuses %s: %s', (scenario) => {
    expect(margay(['connectivity', at('np-guard', scenario, 'manifests')])).toMatchObject({ code: 2, out: '' });
  });

  it.each(some(scenarios))('evaluates the Calico probes of %s', (scenario) => {
    const file = at('calico/scenarios', scenario, 'probes.json');
    const { probes } = JSON.parse(readFileSync(file, 'utf8'));
    const ran = margay(['evaluate', at('calico/scenarios', scenario), '--probes', file]);
    expect(ran.code).toBe(0);
    const answers = JSON.parse(ran.out);
    expect(answers.length).toBe(probes.length);
    for (const [place, { expect: wanted }] of probes.entries()) {
      expect([place, answers[place].verdict]).toEqual([place, wanted.verdict]);
      for (const side of ['egress', 'ingress'] as const) {
        for (const scope of ['enforced', 'pending'] as const) {
          const trace = wanted[side]?.[scope];
          if (trace !== undefined) expect(comparable(answers[place][side][scope])).toEqual(comparable(trace));
        }
      }
    }
  });
});

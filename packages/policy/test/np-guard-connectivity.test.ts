import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectivity } from '../src/connectivity/connectivity.ts';
import type { ConnectionRow } from '../src/connectivity/list-connections.ts';
import { diffConnectivity } from '../src/diff/diff-connectivity.ts';
import { parseManifests } from '../src/parse/parse-manifests.ts';
import { DEVIATIONS } from './np-guard-deviations.ts';
import { readCsv, readFolder } from './vector-files.ts';

/** What np-guard's netpol-analyzer, of independent origin, says of its own scenarios, and two evaluators of Online Boutique. */
const root = process.env.MARGAY_VECTORS;
if (root === undefined) console.warn('np-guard scenarios skipped: MARGAY_VECTORS names no folder');
const at = (...parts: string[]) => join(root ?? '', 'np-guard', ...parts);

interface Case {
  readonly scenario: string;
  readonly command: string;
  readonly expect: 'listing' | 'diff' | 'error' | null;
  readonly expected: string;
  readonly dir1?: string;
  readonly dir2?: string;
  readonly why?: string;
}
const cases: readonly Case[] = root === undefined ? [] : JSON.parse(readFileSync(at('index.json'), 'utf8'));
const named = (kind: Case['expect']) =>
  cases.filter((one) => one.expect === kind).map((one) => [one.scenario, one] as const);

/** It takes pods on the host network as pods like any other. */
const LIKE_NP_GUARD = { hostNetwork: 'pods' } as const;
const parse = (folder: string) => parseManifests(readFolder(folder), { mode: 'strict', assumeMissing: true });
const listing = (folder: string): ConnectionRow[] => {
  const { cluster, policies } = parse(folder);
  return [...connectivity(cluster, policies, LIKE_NP_GUARD).rows()];
};
const byText = (a: ConnectionRow, b: ConnectionRow) => (`${a.src} ${a.dst}` < `${b.src} ${b.dst}` ? -1 : 1);
/** np-guard knows no IPv6: it warns and leaves it out. */
const withoutIpv6 = (rows: readonly ConnectionRow[]) =>
  rows.filter(({ src, dst }) => ![src, dst].some((peer) => /^[^/]*:.*\[External\]$/.test(peer)));

describe.skipIf(root === undefined)('np-guard list', () => {
  it('has its cases', () => {
    expect(cases.length).toBeGreaterThan(140);
  });

  it.each(named('listing'))('%s', (scenario, { expected }) => {
    const rows: ConnectionRow[] = JSON.parse(readFileSync(at(expected), 'utf8')) ?? [];
    const found = listing(at(scenario, 'manifests'));
    if (DEVIATIONS[scenario] !== undefined) expect(withoutIpv6(found)).not.toEqual(rows.sort(byText));
    else expect(withoutIpv6(found)).toEqual(rows.sort(byText));
  });

  it.each(named('error'))('refuses %s', (scenario) => {
    const { problems } = parse(at(scenario, 'manifests'));
    const refused = problems.some(({ severity }) => severity !== 'warning');
    expect(refused).toBe(DEVIATIONS[scenario] === undefined);
  });
});

describe.skipIf(root === undefined)('np-guard diff', () => {
  it.each(named('diff'))('%s', (_scenario, { dir1, dir2, expected }) => {
    const [, ...lines] = readCsv(readFileSync(at(expected), 'utf8'));
    const { rows } = diffConnectivity(parse(at(dir1 ?? '')), parse(at(dir2 ?? '')), LIKE_NP_GUARD);
    const cells = rows.map(({ type, source, destination, before, after, workloads }) => [
      type,
      source,
      destination,
      before,
      after,
      workloads,
    ]);
    expect(cells).toEqual(lines);
  });
});

describe.skipIf(root === undefined)('Online Boutique', () => {
  it('with its own policies', () => {
    const folder = join(root ?? '', 'online-boutique');
    const rows: ConnectionRow[] = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
    expect(listing(join(folder, 'manifests'))).toEqual(rows.sort(byText));
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../src/address/address.ts';
import { evaluate } from '../src/evaluate/evaluate.ts';
import { connHolds, externalEndpoint, portsToProbe, type Row, rangeOf, readCase } from './np-guard-case.ts';

/** Connectivity that np-guard's netpol-analyzer, an evaluator of independent origin, computed for its own scenarios; here those with Kubernetes NetworkPolicies alone. */
const root = process.env.MARGAY_VECTORS;
const folder = root === undefined ? null : join(root, 'np-guard');
const NOT_YET = [
  'AdminNetworkPolicy',
  'BaselineAdminNetworkPolicy',
  'Ingress',
  'Route',
  'ingress-controller-rows',
  'nodes',
];
const NUMBERS = { TCP: 6, UDP: 17, SCTP: 132 } as const;

interface IndexEntry {
  scenario: string;
  command: string;
  expect: string | null;
  expected: string;
  features: string[];
  note?: string;
}
const cases: IndexEntry[] =
  folder === null
    ? []
    : (JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as IndexEntry[]).filter(
        (entry) =>
          entry.command === 'list' &&
          entry.expect === 'listing' &&
          entry.note === undefined &&
          !entry.features.some((one) => NOT_YET.includes(one)),
      );

describe.skipIf(folder === null)('np-guard, as MARGAY_VECTORS gives it (skipped without)', () => {
  it('has cases', () => {
    expect(cases.length).toBeGreaterThan(30);
  });

  it.each(cases.map((entry) => [entry.scenario, entry] as const))('%s', (scenario, entry) => {
    const { endpoints, policies } = readCase(join(folder ?? '', scenario));
    const rows: Row[] = JSON.parse(readFileSync(join(folder ?? '', entry.expected), 'utf8')) ?? [];
    const addresses = [...new Set(rows.flatMap(({ src, dst }) => [...(rangeOf(src) ?? []), ...(rangeOf(dst) ?? [])]))];
    const ends = [...endpoints, ...addresses.map((address) => [address, externalEndpoint(address)] as const)];
    const wrong: string[] = [];
    for (const [srcName, src] of ends) {
      for (const [dstName, dst] of ends) {
        if (srcName === dstName || (src.pod === null && dst.pod === null)) continue;
        const relevant = rows.filter((row) => covers(row.src, srcName) && covers(row.dst, dstName));
        for (const [name, protocol] of Object.entries(NUMBERS)) {
          for (const port of portsToProbe(rows)) {
            const expected = relevant.some(({ conn }) => connHolds(conn, name, port));
            const { allowed } = evaluate(policies, { src, dst, protocol, port });
            if (allowed !== expected)
              wrong.push(`${srcName} → ${dstName} ${name} ${port}: ${allowed}, expected ${expected}`);
          }
        }
      }
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(endpoints.size).toBeGreaterThan(0);
  });
});

function covers(rowName: string, name: string): boolean {
  const range = rangeOf(rowName);
  if (range === null) return rowName === name;
  const [first, last, address] = [...range, name].map((text) => parseAddress(text));
  if (first == null || last == null || address == null) return false;
  return first.family === address.family && address.value >= first.value && address.value <= last.value;
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../src/address/address.ts';
import { familyOf } from '../src/engine/ends.ts';
import { evaluate } from '../src/engine/evaluate.ts';
import { connHolds, externalEnd, portsToProbe, type Row, rangeOf, readCase } from './np-guard-case.ts';

/**
 * `evaluate` against the listings of np-guard's netpol-analyzer, an evaluator of independent origin: every pair of peers, every corner of every port range.
 * Left out: rows of its ingress-controller, which no policy makes, and the file that it reads in part only.
 */
const root = process.env.MARGAY_VECTORS;
const folder = root === undefined ? null : join(root, 'np-guard');
if (folder === null) console.log('skipped: np-guard scenarios, MARGAY_VECTORS is not set');
const NUMBERS = { TCP: 6, UDP: 17, SCTP: 132 } as const;

interface IndexEntry {
  scenario: string;
  command: string;
  expect: string | null;
  expected: string;
}
const cases: IndexEntry[] =
  folder === null
    ? []
    : (JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as IndexEntry[]).filter(
        (entry) =>
          entry.command === 'list' && entry.expect === 'listing' && entry.scenario !== 'document_with_syntax_error',
      );

describe.skipIf(folder === null)('np-guard listings (MARGAY_VECTORS)', () => {
  it('has cases', () => {
    expect(cases.length).toBeGreaterThan(90);
  });

  it.each(cases.map((entry) => [entry.scenario, entry] as const))('%s', (scenario, entry) => {
    const { cluster, policies, ends: pods } = readCase(join(folder ?? '', scenario, 'manifests'));
    const rows: Row[] = JSON.parse(readFileSync(join(folder ?? '', entry.expected), 'utf8')) ?? [];
    const addresses = [...new Set(rows.flatMap(({ src, dst }) => [...(rangeOf(src) ?? []), ...(rangeOf(dst) ?? [])]))];
    const outside = addresses.map((address) => [address, externalEnd(cluster, address)] as const);
    const ends = [...pods, ...outside];
    const wrong: string[] = [];
    for (const [srcName, src] of ends) {
      for (const [dstName, dst] of ends) {
        if (srcName === dstName || (src.pod === null && dst.pod === null)) continue;
        const relevant = rows.filter((row) => covers(row.src, srcName) && covers(row.dst, dstName));
        for (const [name, protocol] of Object.entries(NUMBERS)) {
          for (const dstPort of portsToProbe(rows)) {
            const expected = relevant.some(({ conn }) => connHolds(conn, name, dstPort)) ? 'allow' : 'deny';
            const family = familyOf(src, dst);
            const packet = { src, dst, family, protocol, srcPort: null, dstPort, icmp: null };
            const { verdict } = evaluate(cluster, policies, packet);
            if (verdict !== expected) wrong.push(`${srcName} → ${dstName} ${name} ${dstPort}: ${verdict}`);
          }
        }
      }
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(cluster.workloads.length).toBeGreaterThan(0);
  });
});

function covers(rowName: string, name: string): boolean {
  const range = rangeOf(rowName);
  if (range === null) return rowName === name;
  const [first, last, address] = [...range, name].map((text) => parseAddress(text));
  if (first == null || last == null || address == null) return false;
  return first.family === address.family && address.value >= first.value && address.value <= last.value;
}

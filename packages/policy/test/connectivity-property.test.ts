import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../src/address/address.ts';
import type { AddressRange } from '../src/address/address-range.ts';
import { createConnectionPool } from '../src/connectivity/connection-pool.ts';
import { connectivity } from '../src/connectivity/connectivity.ts';
import { createConnectivityTable } from '../src/connectivity/connectivity-table.ts';
import { diffConnectivity } from '../src/diff/diff-connectivity.ts';
import { type Manifests, parseManifests } from '../src/parse/parse-manifests.ts';
import { disagreements, disagreementsOutside, OUTSIDE } from './connectivity-judge.ts';
import { randomManifests } from './random-manifests.ts';
import type { Manifest } from './random-parts.ts';

const parse = (objects: readonly Manifest[], assumeMissing = true) => {
  const parsed = parseManifests([{ file: 'm.json', text: JSON.stringify(objects) }], { mode: 'strict', assumeMissing });
  expect(parsed.problems.filter(({ severity }) => severity !== 'warning')).toEqual([]);
  return parsed;
};

describe('connectivity', () => {
  it.each(['enforced', 'pending'] as const)('is what evaluate says of every packet (%s)', (scope) => {
    fc.assert(
      fc.property(randomManifests(), fc.boolean(), (objects, assumeMissing) => {
        const { cluster, policies } = parse(objects, assumeMissing);
        expect(disagreements(cluster, policies, scope)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('is what evaluate says of every packet from and to outside', () => {
    fc.assert(
      fc.property(randomManifests(), (objects) => {
        const { cluster, policies } = parse(objects);
        expect(disagreementsOutside(cluster, policies)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('does not depend on the order of documents', () => {
    const shuffled = randomManifests().chain((objects) =>
      fc.tuple(fc.constant(objects), fc.shuffledSubarray([...objects], { minLength: objects.length })),
    );
    fc.assert(
      fc.property(shuffled, ([objects, others]) => {
        const [a, b] = [parse(objects), parse(others)];
        expect([...connectivity(b.cluster, b.policies).rows()]).toEqual([
          ...connectivity(a.cluster, a.policies).rows(),
        ]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('diff', () => {
  it('is after minus before', () => {
    fc.assert(
      fc.property(randomManifests(), randomManifests(), (first, second) => {
        const [before, after] = [parse(first), parse(second)];
        const lists = [before, after].map(({ cluster, policies }) => [...connectivity(cluster, policies).rows()]);
        // Which protocols are spoken of, and whether IPv6 is listed, the two decide together: compared is where both lists do alike.
        fc.pre(vocabularyOf(before) === vocabularyOf(after));
        const { rows } = diffConnectivity(before, after);
        const names = [
          ...new Set([before, after].flatMap(({ cluster, policies }) => connectivity(cluster, policies).workloads)),
        ];
        const peers = [...names, ...OUTSIDE.filter(({ family }) => family === 4)];
        for (const src of peers) {
          for (const dst of peers) {
            if (src === dst || (typeof src !== 'string' && typeof dst !== 'string')) continue;
            const [was, is] = lists.map(
              (list) => list.find((row) => covers(row.src, src) && covers(row.dst, dst))?.conn ?? 'No Connections',
            );
            const change = rows.find((row) => covers(row.source, src) && covers(row.destination, dst));
            expect([src, dst, change?.before ?? was, change?.after ?? was]).toEqual([src, dst, was, is]);
            if (was === is) expect(change).toBeUndefined();
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('finds nothing between a cluster and itself', () => {
    fc.assert(
      fc.property(randomManifests(), (objects) => {
        const side = parse(objects);
        expect(diffConnectivity(side, parse([...objects].reverse()))).toEqual({ rows: [], added: [], removed: [] });
      }),
      { numRuns: 30 },
    );
  });
});

const vocabularyOf = ({ cluster, policies }: Manifests) =>
  createConnectivityTable(cluster, policies, { scope: 'enforced', pool: createConnectionPool(), hostNetwork: 'nodes' })
    .vocabulary;

function covers(name: string, peer: string | AddressRange): boolean {
  if (typeof peer === 'string') return name === peer;
  const match = /^(.+)-(.+)\[External\]$/.exec(name);
  const [first, last] = [parseAddress(match?.[1] ?? ''), parseAddress(match?.[2] ?? '')];
  if (first === null || last === null || first.family !== peer.family) return false;
  return first.value <= peer.first && peer.first <= last.value;
}

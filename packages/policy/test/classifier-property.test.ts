import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClassifier } from '../src/classifier/classifier.ts';
import { viewOf } from '../src/classifier/tiers-view.ts';
import { walkTables } from '../src/classifier/walk-tables.ts';
import { podEnd, rangeEnd, rangesEnd } from '../src/engine/ends.ts';
import { evaluate } from '../src/engine/evaluate.ts';
import type { End, Packet } from '../src/model/packet.ts';
import { type Manifests, parseManifests } from '../src/parse/parse-manifests.ts';
import { OUTSIDE } from './connectivity-judge.ts';
import { randomManifests } from './random-manifests.ts';
import type { Manifest } from './random-parts.ts';

/** The ones that have names come up most. */
const PORTS = [
  80,
  8080,
  53,
  80,
  8080,
  53,
  null,
  1,
  52,
  53,
  54,
  78,
  79,
  80,
  81,
  82,
  7999,
  8000,
  8080,
  9000,
  9001,
  65_535,
];
const SOURCE_PORTS = [null, 53, 80, 8000, 40_000];
const ICMP = [null, { type: 8, code: 0 }, { type: 8, code: 1 }, { type: 128, code: 0 }, { type: 0, code: 0 }];

/** Headers around every bound that random manifests use. */
const header = (): fc.Arbitrary<Omit<Packet, 'src' | 'dst'>> =>
  fc.record({
    family: fc.constantFrom(4 as const, 6 as const, null),
    protocol: fc.constantFrom(6, 6, 6, 17, 17, 132, 1, 58, 47),
    srcPort: fc.constantFrom(...SOURCE_PORTS),
    dstPort: fc.constantFrom(...PORTS),
    icmp: fc.constantFrom(...ICMP),
  });

const parse = (objects: readonly Manifest[], assumeMissing: boolean) =>
  parseManifests([{ file: 'm.json', text: JSON.stringify(objects) }], { mode: 'strict', assumeMissing });

function endsOf({ cluster }: Pick<Manifests, 'cluster'>): End[] {
  const pods = cluster.pods.flatMap((pod) => [
    podEnd(cluster, pod),
    ...pod.ranges.map((one) => podEnd(cluster, pod, [one])),
  ]);
  return [...pods, ...OUTSIDE.map((range) => rangesEnd(cluster, [range])), rangesEnd(cluster, [])];
}

describe('classifier', () => {
  it('is what evaluate says of every packet, traces and all', () => {
    fc.assert(
      fc.property(
        randomManifests(),
        fc.boolean(),
        fc.array(header(), { minLength: 16, maxLength: 16 }),
        (objects, assumeMissing, headers) => {
          const { cluster, policies } = parse(objects, assumeMissing);
          const classifier = createClassifier(cluster, [viewOf(policies.enforced), viewOf(policies.pending)]);
          const ends = endsOf({ cluster }).map(classifier.resolve);
          for (const src of ends) {
            for (const dst of ends) {
              for (const one of headers) {
                const packet = { ...one, src: src.end, dst: dst.end };
                const expected = evaluate(cluster, policies, packet);
                const found = classifier.evaluate({ ...one, src, dst });
                for (const [view, verdict] of [expected.verdict, expected.pendingVerdict].entries())
                  expect([one, classifier.allows({ ...one, src, dst }, view)]).toEqual([one, verdict === 'allow']);
                if (isDeepStrictEqual(found, expected)) continue;
                expect({ packet, found }).toEqual({ packet, found: expected });
              }
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('gives data planes tables that say the same of every packet', () => {
    fc.assert(
      fc.property(
        randomManifests(),
        fc.boolean(),
        fc.array(header(), { minLength: 16, maxLength: 16 }),
        (objects, assumeMissing, headers) => {
          const { cluster, policies } = parse(objects, assumeMissing);
          const tables = createClassifier(cluster, [viewOf(policies.enforced)]).tables(cluster.pods);
          const addresses = [...cluster.pods.flatMap(({ ranges }) => ranges), ...OUTSIDE];
          for (const src of addresses) {
            for (const dst of addresses.filter(({ family }) => family === src.family)) {
              for (const one of headers) {
                const wire = { ...one, src, dst };
                const packet = { ...one, family: src.family, src: rangeEnd(cluster, src), dst: rangeEnd(cluster, dst) };
                const expected = evaluate(cluster, policies, packet);
                for (const direction of ['egress', 'ingress'] as const) {
                  const found = walkTables(tables, wire, direction);
                  const { verdict, entries } = expected[direction]?.enforced ?? {};
                  if (isDeepStrictEqual(found, verdict === undefined ? null : { verdict, entries })) continue;
                  expect({ direction, packet, found }).toEqual({ direction, packet, found: { verdict, entries } });
                }
              }
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('does not depend on the order of documents', () => {
    const shuffled = randomManifests().chain((objects) =>
      fc.tuple(fc.constant(objects), fc.shuffledSubarray([...objects], { minLength: objects.length })),
    );
    fc.assert(
      fc.property(shuffled, (orders) => {
        const [first, second] = orders.map((objects) => {
          const { cluster, policies } = parse(objects, true);
          return createClassifier(cluster, [viewOf(policies.enforced)]).tables(cluster.pods);
        });
        expect(first).toEqual(second);
      }),
      { numRuns: 30 },
    );
  });
});

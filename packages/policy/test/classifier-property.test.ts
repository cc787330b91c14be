import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClassifier } from '../src/classifier/classifier.ts';
import { viewOf } from '../src/classifier/tiers-view.ts';
import { podEnd, rangesEnd } from '../src/engine/ends.ts';
import { evaluate } from '../src/engine/evaluate.ts';
import type { End, Packet } from '../src/model/packet.ts';
import { type Manifests, parseManifests } from '../src/parse/parse-manifests.ts';
import { OUTSIDE } from './connectivity-judge.ts';
import { randomManifests } from './random-manifests.ts';

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

export function endsOf({ cluster }: Pick<Manifests, 'cluster'>): End[] {
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
          const { cluster, policies } = parseManifests([{ file: 'm.json', text: JSON.stringify(objects) }], {
            mode: 'strict',
            assumeMissing,
          });
          const classifier = createClassifier(cluster, [viewOf(policies.enforced), viewOf(policies.pending)]);
          const ends = endsOf({ cluster }).map(classifier.resolve);
          for (const src of ends) {
            for (const dst of ends) {
              for (const one of headers) {
                const packet = { ...one, src: src.end, dst: dst.end };
                const expected = evaluate(cluster, policies, packet);
                const found = classifier.evaluate({ ...one, src, dst });
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
});

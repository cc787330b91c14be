import type { MergedEdge } from '@margay/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { containsRange } from '../src/address/address-range.ts';
import { addressEnd, familyOf, podEnd } from '../src/engine/ends.ts';
import { evaluate } from '../src/engine/evaluate.ts';
import { modelInventory } from '../src/inventory/model-inventory.ts';
import type { NetworkPolicy } from '../src/kubernetes.ts';
import type { End, Packet } from '../src/model/packet.ts';
import { recommend } from '../src/recommend/recommend.ts';
import type { ObservedEdge, Recommendation, RecommendInput } from '../src/recommend/types.ts';
import { edgeOf, external } from './fixtures.ts';
import { connectionsOf, parsePolicies, passes } from './judge.ts';
import { randomCase } from './random-cluster.ts';

/** Close to each other and to the cluster's own, so that a block put too wide meets something. */
const ADDRESSES = [
  ...Array.from({ length: 12 }, (_, place) => `203.0.113.${place}`),
  ...Array.from({ length: 6 }, (_, place) => `10.244.0.${place}`),
  '10.0.0.0',
  '10.0.0.3',
  ...Array.from({ length: 6 }, (_, place) => `2001:db8:f::${place}`),
];
const PORTS = [
  [6, 443],
  [6, 8080],
  [17, 53],
  [6, 53],
] as const;

const randomInput: fc.Arbitrary<RecommendInput> = randomCase.chain(({ inventory, edges }) => {
  const workloads = edges.flatMap(({ src, dst }) => [src, dst]).filter(({ kind }) => kind === 'workload');
  const own = inventory.pods.flatMap(({ addresses }) => addresses);
  const outside = fc.constantFrom(...ADDRESSES.filter((address) => !own.includes(address)));
  const end = workloads.length === 0 ? fc.constant(external('192.0.2.1')) : fc.constantFrom(...workloads);
  const edge = fc
    .record({
      end,
      address: outside,
      incoming: fc.boolean(),
      port: fc.constantFrom('TCP 443', 'TCP 8080'),
      dnsNames: fc.constantFrom<string[][]>(
        [],
        ['a.example.org'],
        ['b.example.org'],
        ['a.example.org', 'b.example.org'],
      ),
    })
    .map(({ end: one, address, incoming, port, dnsNames }): ObservedEdge => {
      const [src, dst] = incoming ? [external(address), one] : [one, external(address)];
      return { ...edgeOf(src, dst, port), dnsNames: dnsNames as string[] };
    });
  return fc
    .record({
      more: fc.array(edge, { maxLength: 12 }),
      cidrCeiling: fc.option(
        fc.record({ v4: fc.integer({ min: 0, max: 32 }), v6: fc.integer({ min: 112, max: 128 }) }),
        {
          nil: undefined,
        },
      ),
      networkSets: fc.constantFrom([], [{ name: 'set', nets: ['203.0.113.4/30', '203.0.113.0/24'] }]),
    })
    .map(({ more, cidrCeiling, networkSets }) => ({
      ...{ inventory, edges: [...edges, ...more], cidrCeiling, networkSets },
      ...{ fromMs: 0, toMs: 60_000, lostFlows: 0 },
    }));
});

type Recommender = (input: RecommendInput) => Recommendation[];
type Law = (recommender: Recommender, input: RecommendInput) => void;

const policiesOf = (recommendations: readonly Recommendation[]) =>
  recommendations.map(({ policy }) => policy).filter((policy) => policy !== null);

const isSound: Law = (recommender, input) => {
  const policies = parsePolicies(policiesOf(recommender(input)));
  for (const edge of input.edges) {
    const connections = connectionsOf(input.inventory, edge);
    if (connections !== null && !passes(input.inventory, policies, connections))
      throw new Error(`cut off: ${JSON.stringify([edge.src, edge.dst, edge.protocol, edge.port])}`);
  }
};

/** What a policy lets through to and from any pod, node and address was seen, of a workload that no selector tells from it, or below the ceiling beside one seen. */
const isNoWider: Law = (recommender, input) => {
  const { inventory, edges, cidrCeiling } = input;
  const recommendations = recommender(input);
  const { cluster } = modelInventory(inventory);
  const unitOf = (end: End): string | null => {
    const pod =
      end.pod &&
      inventory.pods.find(({ namespace, name }) => namespace === end.pod?.namespace && name === end.pod.name);
    if (!pod || pod.hostNetwork) return null;
    return (
      recommendations.find(({ workloads }) =>
        workloads.some(
          (one) => one.namespace === pod.namespace && one.kind === pod.ownerKind && one.name === pod.ownerName,
        ),
      )?.key ?? null
    );
  };
  const observed = edges.flatMap((edge) => connectionsOf(inventory, edge) ?? []);
  const covers = (seen: End, probe: End): boolean => {
    const unit = unitOf(seen);
    if (unit !== null) return unit === unitOf(probe);
    return seen.ranges.some((range) => probe.ranges.every((one) => containsRange(range, one) || isBeside(range, one)));
  };
  const isBeside = (a: End['ranges'][number], b: End['ranges'][number]) => {
    if (cidrCeiling === undefined || a.family !== b.family || a.first !== a.last) return false;
    const shift = a.family === 4 ? 32 - cidrCeiling.v4 : 128 - cidrCeiling.v6;
    return a.first >> BigInt(shift) === b.first >> BigInt(shift) && !isOwn(b.first);
  };
  const ownAddresses = new Set(
    [...inventory.pods, ...inventory.nodes].flatMap(({ addresses }) =>
      addresses.flatMap((address) => addressEnd(cluster, address)?.ranges.map(({ first }) => first) ?? []),
    ),
  );
  const isOwn = (value: bigint) => ownAddresses.has(value);
  const wasSeen = (packet: Packet) =>
    observed.some(
      (seen) =>
        seen.dstPort === packet.dstPort &&
        (seen.protocol === packet.protocol || packet.dstPort === 53) &&
        covers(seen.src, packet.src) &&
        covers(seen.dst, packet.dst),
    );
  const pods = cluster.pods.filter(({ finished }) => !finished).map((pod) => podEnd(cluster, pod));
  const others = [...ADDRESSES, '10.0.0.1', '10.0.0.2', '192.0.2.77', '198.51.100.9', '10.77.0.1']
    .map((address) => addressEnd(cluster, address))
    .filter((end) => end !== null);
  for (const recommendation of recommendations) {
    if (recommendation.policy === null) continue;
    const policies = parsePolicies([recommendation.policy]);
    const own = pods.filter((end) => unitOf(end) === recommendation.key);
    for (const end of own.slice(0, 1)) {
      for (const other of [...pods, ...others]) {
        if (unitOf(other) === recommendation.key) continue;
        for (const [src, dst] of [
          [end, other],
          [other, end],
        ] as const) {
          for (const [protocol, dstPort] of PORTS) {
            const packet = { src, dst, family: familyOf(src, dst), protocol, srcPort: null, dstPort, icmp: null };
            if (evaluate(cluster, policies, packet).verdict !== 'allow' || wasSeen(packet)) continue;
            const words = [src, dst].map((one) => one.pod?.name ?? String(one.ranges[0]?.first));
            throw new Error(`wider: ${recommendation.key} lets ${words.join(' reach ')} on ${protocol} ${dstPort}`);
          }
        }
      }
    }
  }
};

const isOrderFree: Law = (recommender, input) => {
  const edges = [...input.edges].reverse();
  expect(recommender({ ...input, edges })).toEqual(recommender(input));
};

/** The same traffic seen again, later and more of it, is the same text. */
const isStable: Law = (recommender, input) => {
  const later = (edge: MergedEdge) => ({ ...edge, lastSeenMs: edge.lastSeenMs + 5_000, connectionsStarted: 77 });
  const again = {
    ...input,
    fromMs: 5_000,
    toMs: 99_000,
    lostFlows: 3,
    edges: [...input.edges, ...input.edges.map(later)],
  };
  expect(recommender(again).map(({ yaml }) => yaml)).toEqual(recommender(input).map(({ yaml }) => yaml));
};

const mapPolicies =
  (change: (policy: NetworkPolicy) => NetworkPolicy): Recommender =>
  (input) =>
    recommend(input).map((one) => (one.policy === null ? one : { ...one, policy: change(one.policy) }));

/** One bit wider than it may be. */
const widened = mapPolicies((policy) => ({
  ...policy,
  spec: {
    ...policy.spec,
    egress: policy.spec.egress!.map((rule) => ({
      ...rule,
      to: rule.to!.map((peer) =>
        peer.ipBlock === undefined || peer.ipBlock.cidr.includes(':')
          ? peer
          : {
              ipBlock: { cidr: peer.ipBlock.cidr.replace(/\d+$/, (prefix) => String(Math.max(0, Number(prefix) - 3))) },
            },
      ),
    })),
  },
}));

const LAWS: readonly [name: string, law: Law, broken: Recommender][] = [
  [
    'is sound',
    isSound,
    (input) => recommend({ ...input, edges: input.edges.filter(({ dst }) => dst.kind !== 'external') }),
  ],
  ['is never wider than evidence and ceiling', isNoWider, widened],
  [
    'is never wider in ports',
    isNoWider,
    mapPolicies((policy) => ({
      ...policy,
      spec: {
        ...policy.spec,
        ingress: policy.spec.ingress!.map((rule) => ({ ...rule, ports: [...rule.ports!, { port: 8080 }] })),
      },
    })),
  ],
  ['goes by the ceiling', isNoWider, (input) => recommend({ ...input, cidrCeiling: { v4: 24, v6: 64 } })],
  ['is order-free', isOrderFree, (input) => recommend({ ...input, edges: input.edges.slice(1) })],
  ['is stable', isStable, (input) => recommend(input).map((one) => ({ ...one, yaml: `${one.yaml} ${input.toMs}` }))],
];

describe.each(LAWS)('the recommender with peers outside %s', (_name, law, broken) => {
  it('holds', () => {
    fc.assert(
      fc.property(randomInput, (input) => law(recommend, input)),
      { numRuns: 200 },
    );
  });
  it('is broken by a recommender that breaks it', () => {
    const found = fc.check(
      fc.property(randomInput, (input) => law(broken, input)),
      { numRuns: 400 },
    );
    expect(found.failed).toBe(true);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectionsOf, parsePolicies, passes } from '../../test/judge.ts';
import { type RandomCase, randomCase } from '../../test/random-cluster.ts';
import type { LabelSelector, NetworkPolicy } from '../kubernetes.ts';
import { matchesSelector } from '../selector/matches-selector.ts';
import { recommend } from './recommend.ts';
import type { Recommendation, RecommendInput } from './types.ts';

type Recommender = (input: RecommendInput) => Recommendation[];
type Law = (recommender: Recommender, example: RandomCase) => void;

const inputOf = ({ edges, inventory }: RandomCase): RecommendInput => ({
  edges,
  inventory,
  fromMs: 0,
  toMs: 60_000,
  lostFlows: 0,
});
const policiesOf = (recommendations: readonly Recommendation[]) =>
  recommendations.map(({ policy }) => policy).filter((policy) => policy !== null);

/** Every observed edge that a policy can name is let through by the whole recommended set, for every current pod of its ends. */
const isSound: Law = (recommender, example) => {
  const policies = parsePolicies(policiesOf(recommender(inputOf(example))));
  for (const edge of example.edges) {
    const connections = connectionsOf(example.inventory, edge);
    if (connections !== null && !passes(example.inventory, policies, connections))
      throw new Error(`cut off: ${JSON.stringify([edge.src, edge.dst, edge.protocol, edge.port])}`);
  }
};

/** An edge that no policy can name is reported as left out, by each recommendation of its ends. */
const isFrank: Law = (recommender, example) => {
  const recommendations = recommender(inputOf(example));
  for (const edge of example.edges) {
    if (connectionsOf(example.inventory, edge) !== null) continue;
    for (const peer of [edge.src, edge.dst]) {
      if (peer.kind !== 'workload') continue;
      const { namespace, ownerKind, name } = peer;
      const own = recommendations.find(({ workloads }) =>
        workloads.some((one) => one.namespace === namespace && one.kind === ownerKind && one.name === name),
      );
      const pods = example.inventory.pods.filter(
        (pod) => pod.namespace === namespace && pod.ownerKind === ownerKind && pod.ownerName === name,
      );
      // On the host network it is its node that was seen, and no recommendation is its own.
      if (own === undefined || pods.every(({ hostNetwork }) => hostNetwork)) continue;
      const isHidden = own.leftOut.length === 0;
      if (isHidden) throw new Error(`said nothing of ${JSON.stringify(edge)}`);
    }
  }
};

/** Without any one peer or port of any rule some observed edge is cut off; a port that stands beside a seen one is free. */
const isMinimal: Law = (recommender, example) => {
  const recommendations = recommender(inputOf(example));
  const policies = policiesOf(recommendations);
  const observed = example.edges.map((edge) => connectionsOf(example.inventory, edge)).filter((one) => one !== null);
  for (const { policy, rules } of recommendations) {
    if (policy === null) continue;
    for (const { direction, index, evidence } of rules) {
      for (const { without, port } of removals(policy, direction, index)) {
        const isPaired =
          port?.endsWith(' 53') && !evidence.ports.includes(port) && evidence.note?.includes('paired with');
        if (isPaired) continue;
        const parsed = parsePolicies(policies.map((other) => (other === policy ? without : other)));
        if (observed.every((connections) => passes(example.inventory, parsed, connections)))
          throw new Error(`needless: ${direction} rule ${index} of ${policy.metadata.name}, ${port ?? 'a peer'}`);
      }
    }
  }
};

/** The policy less one entry; a rule that loses its last entry goes as a whole, because an empty list means "any". */
function removals(
  policy: NetworkPolicy,
  direction: 'ingress' | 'egress',
  index: number,
): { without: NetworkPolicy; port: string | null }[] {
  const peersKey = direction === 'ingress' ? 'from' : 'to';
  const rule = policy.spec[direction]![index] as Record<string, unknown[]>;
  const without = (key: string, place: number): NetworkPolicy => {
    const left = rule[key]!.filter((_, other) => other !== place);
    const rules = policy.spec[direction]!.flatMap((one, other) =>
      other !== index ? [one] : left.length === 0 ? [] : [{ ...one, [key]: left }],
    );
    return { ...policy, spec: { ...policy.spec, [direction]: rules } };
  };
  const ports = rule.ports as { protocol: string; port: number }[];
  return [
    ...rule[peersKey]!.map((_, place) => ({ without: without(peersKey, place), port: null })),
    ...ports.map(({ protocol, port }, place) => ({ without: without('ports', place), port: `${protocol} ${port}` })),
  ];
}

/** Edges and inventory in another order give the same text. */
const isOrderFree: Law = (recommender, example) => {
  const { edges, inventory } = example;
  const reversed = Object.fromEntries(
    Object.entries(inventory).map(([kind, list]) => [kind, [...(list as unknown[])].reverse()]),
  );
  const other = { edges: [...edges].reverse(), inventory: reversed as unknown as RandomCase['inventory'] };
  expect(recommender(inputOf(other))).toEqual(recommender(inputOf(example)));
};

/** A policy's selector matches every current pod of its workloads and none of any other; a peer's selector those of one recommendation. */
const selectsNoStranger: Law = (recommender, example) => {
  const recommendations = recommender(inputOf(example));
  const ownersBy = (namespace: string, selector: LabelSelector) =>
    example.inventory.pods
      .filter((pod) => pod.namespace === namespace && matchesSelector(selector, pod.labels))
      .map((pod) => `${pod.ownerKind} ${pod.ownerName} ${pod.name}`)
      .sort();
  const podsOf = ({ workloads }: Recommendation) =>
    example.inventory.pods
      .filter((pod) =>
        workloads.some(
          (one) => one.namespace === pod.namespace && one.kind === pod.ownerKind && one.name === pod.ownerName,
        ),
      )
      .map((pod) => `${pod.ownerKind} ${pod.ownerName} ${pod.name}`)
      .sort();
  const units = recommendations.map((one) => JSON.stringify([one.namespace, podsOf(one)]));
  for (const recommendation of recommendations) {
    const { policy } = recommendation;
    if (policy === null) continue;
    expect(ownersBy(policy.metadata.namespace, policy.spec.podSelector)).toEqual(podsOf(recommendation));
    const peers = [
      ...policy.spec.ingress!.flatMap(({ from }) => from!),
      ...policy.spec.egress!.flatMap(({ to }) => to!),
    ];
    for (const { podSelector, namespaceSelector } of peers) {
      if (podSelector === undefined) continue;
      const namespace = namespaceSelector!.matchLabels!['kubernetes.io/metadata.name']!;
      expect(units).toContain(JSON.stringify([namespace, ownersBy(namespace, podSelector)]));
    }
  }
};

const check = (law: Law, recommender: Recommender) =>
  fc.check(
    fc.property(randomCase, (example) => law(recommender, example)),
    { numRuns: 250 },
  );
const mapPolicies =
  (change: (policy: NetworkPolicy) => NetworkPolicy): Recommender =>
  (input) =>
    recommend(input).map((one) => (one.policy === null ? one : { ...one, policy: change(one.policy) }));

/** Each law with a recommender that breaks it: a law that lets that pass guards nothing. */
const LAWS: readonly [name: string, law: Law, broken: Recommender][] = [
  [
    'is sound',
    isSound,
    mapPolicies((policy) => ({ ...policy, spec: { ...policy.spec, egress: policy.spec.egress!.slice(1) } })),
  ],
  [
    'is sound for Services',
    isSound,
    (input) =>
      recommend({
        ...input,
        edges: input.edges.map((edge) => (edge.dst.kind === 'service' ? { ...edge, action: 'deny' } : edge)),
      }),
  ],
  ['is frank', isFrank, (input) => recommend(input).map((one) => ({ ...one, leftOut: [] }))],
  [
    'is minimal in peers',
    isMinimal,
    mapPolicies((policy) => {
      const ingress = policy.spec.ingress!.map((rule) => ({
        ...rule,
        from: [...rule.from!, { ipBlock: { cidr: '192.0.2.0/24' } }],
      }));
      return { ...policy, spec: { ...policy.spec, ingress } };
    }),
  ],
  [
    'is minimal in ports',
    isMinimal,
    mapPolicies((policy) => {
      const egress = policy.spec.egress!.map((rule) => ({
        ...rule,
        ports: [...rule.ports!, { protocol: 'TCP' as const, port: 22 }],
      }));
      return { ...policy, spec: { ...policy.spec, egress } };
    }),
  ],
  ['is order-free', isOrderFree, (input) => recommend({ ...input, edges: input.edges.slice(1) })],
  [
    'selects no stranger',
    selectsNoStranger,
    mapPolicies((policy) => ({ ...policy, spec: { ...policy.spec, podSelector: {} } })),
  ],
];

describe.each(LAWS)('the recommender %s', (_name, law, broken) => {
  it('holds', () => {
    fc.assert(
      fc.property(randomCase, (example) => law(recommend, example)),
      { numRuns: 250 },
    );
  });
  it('is broken by a recommender that breaks it', () => {
    expect(check(law, broken).failed).toBe(true);
  });
});

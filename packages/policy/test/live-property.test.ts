import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClassifier } from '../src/classifier/classifier.ts';
import { createLiveClassifier, type LiveClassifier, type PolicyChange } from '../src/classifier/live-classifier.ts';
import { viewOf } from '../src/classifier/tiers-view.ts';
import { buildCluster } from '../src/cluster/build-cluster.ts';
import type { ClusterChange } from '../src/cluster/cluster-change.ts';
import type { ClusterInput, PodInput } from '../src/cluster/cluster-input.ts';
import { podEnd, rangesEnd } from '../src/engine/ends.ts';
import { evaluate } from '../src/engine/evaluate.ts';
import type { TierInput } from '../src/kinds/tier.ts';
import type { Pod } from '../src/model/cluster.ts';
import type { PolicyModel } from '../src/model/policy.ts';
import { emptyDraft } from '../src/parse/collect.ts';
import { parseManifests } from '../src/parse/parse-manifests.ts';
import { buildPolicySet } from '../src/policy-set/build-policy-set.ts';
import { OUTSIDE } from './connectivity-judge.ts';
import { randomManifests } from './random-manifests.ts';
import type { Manifest } from './random-parts.ts';

type Change = ClusterChange | PolicyChange;
interface State {
  readonly input: ClusterInput;
  readonly policies: readonly PolicyModel[];
  readonly tiers: readonly TierInput[];
  /** What makes an empty cluster this one, by the object that each is about. */
  readonly changes: ReadonlyMap<string, Change>;
}

/** Pods stand for the templates of workloads too: a live cluster has no templates. */
const inputOf = ({
  namespace,
  name,
  ownLabels,
  serviceAccount,
  node,
  hostNetwork,
  ports,
  finished,
  ranges,
  workload,
}: Pod): PodInput => ({
  ...{ namespace, name, labels: ownLabels, serviceAccount, node, hostNetwork, ports, finished, ranges },
  owner: { kind: workload.kind, name: workload.name },
});

function stateOf(objects: readonly Manifest[], assumeMissing: boolean): State {
  const parsed = parseManifests([{ file: 'm.json', text: JSON.stringify(objects) }], { mode: 'strict', assumeMissing });
  const { cluster, policies } = parsed;
  const tiers = policies.enforced.concat(policies.pending).map(({ policies: _, ...tier }) => tier);
  const namespaces = [...cluster.namespaces.values()].filter(({ assumed }) => !assumed);
  const sets = cluster.networkSets.map((set) => ({ ...set, labels: labelsOfSet(objects, set.name) }));
  const hosts = cluster.hostEndpoints.map((host) => ({ ...host, labels: labelsOfSet(objects, host.name) }));
  const slices = cluster.endpointSlices.map((slice) => ({ name: `${slice.service}-1`, slice }));
  const input: ClusterInput = {
    ...emptyDraft(),
    namespaces,
    pods: cluster.pods.map(inputOf),
    networkSets: sets,
    hostEndpoints: hosts,
    services: cluster.services,
    endpointSlices: cluster.endpointSlices,
    nodes: cluster.nodes,
  };
  const list: Change[] = [
    ...tiers.map((tier): Change => ({ kind: 'Tier', name: tier.name, tier })),
    ...namespaces.map(({ name, labels }): Change => ({ kind: 'Namespace', name, labels })),
    ...input.pods.map((pod): Change => ({ kind: 'Pod', namespace: pod.namespace, name: pod.name, pod })),
    ...sets.map((set): Change => ({ kind: 'NetworkSet', namespace: set.namespace, name: set.name, set })),
    ...hosts.map((end): Change => ({ kind: 'HostEndpoint', name: end.name, end })),
    ...cluster.nodes.map((node): Change => ({ kind: 'Node', name: node.name, node })),
    ...cluster.services.map(
      (service): Change => ({ kind: 'Service', namespace: service.namespace, name: service.name, service }),
    ),
    ...slices.map(({ name, slice }): Change => ({ kind: 'EndpointSlice', namespace: slice.namespace, name, slice })),
    ...policies.policies.map((policy): Change => ({ kind: 'Policy', of: policy, policy })),
  ];
  return {
    input,
    policies: policies.policies,
    tiers,
    changes: new Map(list.map((change) => [subjectOf(change), change])),
  };
}

function labelsOfSet(objects: readonly Manifest[], name: string): ReadonlyMap<string, string> {
  const found = objects.find((object) => (object as { metadata: { name: string } }).metadata.name === name);
  const { metadata } = (found ?? { metadata: {} }) as { metadata: { labels?: Record<string, string> } };
  return new Map(Object.entries(metadata.labels ?? {}));
}

const subjectOf = (change: Change): string =>
  change.kind === 'Policy'
    ? `Policy/${change.of.kind}/${change.of.namespace}/${change.of.name}`
    : `${change.kind}/${'namespace' in change ? change.namespace : ''}/${change.name}`;

const VALUE: Readonly<Record<Change['kind'], string>> = {
  Policy: 'policy',
  Tier: 'tier',
  Namespace: 'labels',
  ServiceAccount: 'labels',
  Pod: 'pod',
  NetworkSet: 'set',
  HostEndpoint: 'end',
  Node: 'node',
  Service: 'service',
  EndpointSlice: 'slice',
};
const goneOf = (change: Change) => ({ ...change, [VALUE[change.kind]]: null }) as Change;

/** What leads from one state to another, in some order. */
function changesBetween(before: State | null, after: State, order: readonly number[]): Change[] {
  const gone = [...(before?.changes ?? [])]
    .filter(([subject]) => !after.changes.has(subject))
    .map(([, one]) => goneOf(one));
  const all = [...gone, ...after.changes.values()];
  return all
    .map((change, place) => ({ change, key: order[place % order.length] ?? 0 }))
    .sort((a, b) => a.key - b.key)
    .map(({ change }) => change);
}

const HEADERS = [
  { protocol: 6, srcPort: 40_000, dstPort: 80, icmp: null },
  { protocol: 6, srcPort: 80, dstPort: 8080, icmp: null },
  { protocol: 17, srcPort: 40_000, dstPort: 53, icmp: null },
  { protocol: 1, srcPort: null, dstPort: null, icmp: { type: 8, code: 0 } },
] as const;

function expectSame(live: LiveClassifier, { input, policies, tiers }: State, assumeMissing: boolean): void {
  const cluster = buildCluster(input, { assumeMissing });
  const set = buildPolicySet(policies, tiers);
  const fresh = createClassifier(cluster, [viewOf(set.enforced), viewOf(set.pending)]);
  for (const view of [0, 1])
    expect(live.classifier().tables(live.cluster.pods, view)).toEqual(fresh.tables(cluster.pods, view));
  const outside = OUTSIDE.slice(0, 12);
  const ends = [
    ...cluster.pods.map((pod) => {
      const own = live.cluster.lookup.pod(pod.namespace, pod.name);
      expect(own).toBeDefined();
      return { end: podEnd(cluster, pod), found: live.endOf(own as Pod) };
    }),
    ...outside.map((range) => ({
      end: rangesEnd(cluster, [range]),
      found: live.classifier().resolve(rangesEnd(live.cluster, [range])),
    })),
  ];
  for (const src of ends) {
    for (const dst of ends) {
      for (const header of HEADERS) {
        const expected = evaluate(cluster, set, { ...header, family: 4, src: src.end, dst: dst.end });
        const found = live.classifier().evaluate({ ...header, family: 4, src: src.found, dst: dst.found });
        if (!isDeepStrictEqual(found, expected)) expect({ header, found }).toEqual({ header, found: expected });
      }
    }
  }
}

describe('live classifier', () => {
  it('is, whatever came before, what a classifier of the cluster as it is now would be', () => {
    const order = fc.array(fc.nat(), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(randomManifests(), order), { minLength: 2, maxLength: 3 }),
        fc.boolean(),
        (steps, assumeMissing) => {
          const live = createLiveClassifier({ assumeMissing });
          let before: State | null = null;
          for (const [objects, keys] of steps) {
            const after = stateOf(objects, assumeMissing);
            for (const change of changesBetween(before, after, keys)) {
              live.apply(change);
              for (const pod of live.cluster.pods.slice(0, 2)) live.endOf(pod);
            }
            expectSame(live, after, assumeMissing);
            before = after;
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('forgets what policies asked that are long gone, and answers on', () => {
    const objects = [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'web', namespace: 'a' },
        spec: {},
        status: { podIP: '10.0.0.1' },
      },
    ];
    const policy = (place: number): Manifest => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'p', namespace: 'a' },
      spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: `10.${place >> 8}.${place & 255}.0/24` } }] }] },
    });
    const live = createLiveClassifier({ assumeMissing: false });
    for (const change of stateOf(objects, false).changes.values()) live.apply(change);
    const first = live.classifier();
    const last = 1100;
    let state = stateOf(objects, false);
    for (let place = 0; place <= last; place++) {
      state = stateOf([...objects, policy(place)], false);
      for (const change of state.changes.values()) if (change.kind === 'Policy') live.apply(change);
      live.endOf(live.cluster.pods[0] as Pod);
    }
    expect(live.classifier()).not.toBe(first);
    expectSame(live, state, false);
  });
});

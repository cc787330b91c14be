import {
  createLiveClassifier,
  type LiveClassifier,
  type Manifests,
  type PodInput,
  parseManifests,
} from '@margay/policy';
import { createRandom, type Random } from '../../seed/manifests/random.ts';

const APPS = 40;
const PORTS = 500;
const app = (random: Random) => `app-${random.below(APPS)}`;
const address = (place: number) => `10.${place >> 16}.${(place >> 8) & 255}.${place & 255}`;

const parse = (objects: readonly unknown[]): Manifests =>
  parseManifests([{ file: 'bench.json', text: JSON.stringify(objects) }], { mode: 'strict', assumeMissing: false });

const pod = (namespace: string, place: number, name: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: `${name}-${place}`,
    namespace,
    labels: { app: name, track: place % 7 === 0 ? 'canary' : 'stable' },
  },
  spec: { containers: [{ name: 'main', ports: [{ name: 'http', containerPort: 8000 + (place % 20) }] }] },
  status: { phase: 'Running', podIP: address(place + 1) },
});

/** A NetworkPolicy that some pods, or all, of its namespace are governed by: ten of them have every trait that ten thousand have. */
function policy(namespace: string, place: number, random: Random) {
  const peers = [
    { podSelector: { matchLabels: { app: app(random), track: random.pick(['stable', 'canary']) } } },
    {
      namespaceSelector: { matchLabels: { team: `team-${random.below(10)}` } },
      podSelector: { matchLabels: { app: app(random) } },
    },
    {
      ipBlock: {
        cidr: `10.${random.below(250)}.0.0/16`,
        except: [`10.${random.below(250)}.${random.below(250)}.0/24`],
      },
    },
  ];
  const isNamed = Math.floor(place / 3) % 2 === 0;
  const ports = [{ protocol: 'TCP', port: isNamed ? 'http' : 1 + random.below(PORTS) }];
  const rule = { ports, [place % 3 === 0 ? 'to' : 'from']: peers.slice(0, 1 + random.below(2)) };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: `policy-${place}`, namespace },
    spec: {
      podSelector: place % 4 < 2 ? {} : { matchLabels: { app: app(random) } },
      ...(place % 3 === 0 ? { policyTypes: ['Egress'], egress: [rule] } : { ingress: [rule] }),
    },
  };
}

const namespace = (name: string, place: number) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { team: `team-${place % 10}` } },
});

/** All policies in the one namespace that the 200 pods are in: each packet meets about half of them at either end. */
export function crowdedNamespace(policies: number): Manifests {
  const random = createRandom(1);
  const pods = Array.from({ length: 200 }, (_, place) => pod('shop', place, `app-${place % APPS}`));
  const rules = Array.from({ length: policies }, (_, place) => policy('shop', place, random));
  return parse([namespace('shop', 0), ...pods, ...rules]);
}

/** `pods` over 300 namespaces, ten to a workload. */
export function largeCluster(pods: number, policies: number): Manifests {
  const random = createRandom(2);
  const names = Array.from({ length: 300 }, (_, place) => `ns-${place}`);
  const at = (place: number) => names[place % names.length] ?? '';
  return parse([
    ...names.map(namespace),
    ...Array.from({ length: pods }, (_, place) =>
      pod(at(Math.floor(place / 10)), place, `app-${Math.floor(place / 10) % APPS}`),
    ),
    ...Array.from({ length: policies }, (_, place) => policy(at(place), place, random)),
  ]);
}

/** The same cluster, as one that changes. */
export function asLive({ cluster, policies }: Manifests): LiveClassifier {
  const live = createLiveClassifier({ assumeMissing: false });
  for (const { name, labels } of cluster.namespaces.values()) live.apply({ kind: 'Namespace', name, labels });
  for (const one of cluster.pods)
    live.apply({ kind: 'Pod', namespace: one.namespace, name: one.name, pod: inputOf(one) });
  for (const one of policies.policies) live.apply({ kind: 'Policy', of: one, policy: one });
  return live;
}

export const inputOf = (one: Manifests['cluster']['pods'][number]): PodInput => ({
  ...{ namespace: one.namespace, name: one.name, labels: one.ownLabels, serviceAccount: one.serviceAccount },
  ...{ node: one.node, hostNetwork: one.hostNetwork, finished: one.finished, ports: one.ports, ranges: one.ranges },
  owner: { kind: one.workload.kind, name: one.workload.name },
});

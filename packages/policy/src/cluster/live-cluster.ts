import type { AddressRange } from '../address/address-range.ts';
import type { ClusterModel, EndpointSlice, Member, Namespace, Node, Pod, Service } from '../model/cluster.ts';
import { type AddressIndex, createAddressIndex } from './address-index.ts';
import type { ClusterOptions } from './build-cluster.ts';
import type { ClusterChange } from './cluster-change.ts';
import type { NetworkSetInput, PodInput } from './cluster-input.ts';
import { createLabelFactory, type LabelFactory, type LabelMap } from './flat-labels.ts';
import { createLivePods } from './live-pods.ts';

/** What a change left different for ends that were looked at before. */
export interface Touched {
  /** Pods that are gone, or were made anew. */
  readonly pods: readonly Pod[];
  /** Addresses at which something else is now. */
  readonly ranges: readonly AddressRange[];
}

/** A cluster that changes one object at a time. */
export interface LiveCluster {
  /** Shows what is there now; its lists are made when asked for. */
  readonly model: ClusterModel;
  readonly apply: (change: ClusterChange) => Touched;
}

type Key = string;
const keyOf = (...texts: readonly string[]): Key => JSON.stringify(texts);

export function createLiveCluster({ assumeMissing }: ClusterOptions): LiveCluster {
  const namespaces = new Map<string, Namespace>();
  const accounts = new Map<Key, LabelMap>();
  const setInputs = new Map<Key, NetworkSetInput>();
  const sets = new Map<Key, Member>();
  const hosts = new Map<string, Member>();
  const nodes = new Map<string, Node>();
  const services = new Map<Key, Service>();
  const slices = createSlices();
  const members = createAddressIndex<Member>([]);
  const nodesByAddress = createAddressIndex<Node>([]);
  const factories = new Map<string, LabelFactory>();

  /** Of one namespace; made anew when its labels or its service accounts change, so that only its pods are. */
  const labelsIn = (namespace: string): LabelFactory => {
    const known = factories.get(namespace);
    if (known !== undefined) return known;
    const none: LabelMap | undefined = assumeMissing ? new Map() : undefined;
    const named = (name: string) =>
      new Map(namespaces.get(name)?.labels ?? []).set('kubernetes.io/metadata.name', name);
    const factory = createLabelFactory(
      { get: (name) => (assumeMissing || namespaces.has(name) ? named(name) : undefined) },
      { get: (key) => accounts.get(key) ?? none },
    );
    factories.set(namespace, factory);
    return factory;
  };
  const pods = createLivePods({
    members,
    labelsOf: (pod: PodInput) => labelsIn(pod.namespace).make(pod),
    profileOf: (namespace) => (assumeMissing || namespaces.has(namespace) ? `kns.${namespace}` : null),
  });
  const putSet = ({ namespace, name, set }: Extract<ClusterChange, { kind: 'NetworkSet' }>): Touched => {
    const kind = namespace === '' ? 'GlobalNetworkSet' : 'NetworkSet';
    const labels = set && labelsIn(namespace).make({ ...set, serviceAccount: null });
    putOrDelete(setInputs, keyOf(namespace, name), set);
    return replaceMember(members, sets, keyOf(namespace, name), set && labels && { ...set, kind, ports: [], labels });
  };
  const relabel = (namespace: string): Touched => {
    factories.delete(namespace);
    const inside = [...setInputs.values()].filter((set) => set.namespace === namespace);
    const ranges = inside.flatMap((set) => putSet({ kind: 'NetworkSet', namespace, name: set.name, set }).ranges);
    return { pods: pods.remake(namespace), ranges };
  };
  /** Without slices a Service of assumed things means whatever its selector finds. */
  const serviceTouches = (namespace: string, ranges: readonly AddressRange[]): Touched =>
    assumeMissing ? { pods: pods.remake(namespace), ranges } : { pods: [], ranges };

  const apply = (change: ClusterChange): Touched => {
    switch (change.kind) {
      case 'Pod':
        return { pods: pods.put(change), ranges: [] };
      case 'Namespace': {
        const { name, labels } = change;
        if (labels === null) namespaces.delete(name);
        else
          namespaces.set(name, {
            name,
            labels: new Map(labels).set('kubernetes.io/metadata.name', name),
            assumed: false,
          });
        return relabel(name);
      }
      case 'ServiceAccount':
        if (change.labels === null) accounts.delete(`${change.namespace}/${change.name}`);
        else accounts.set(`${change.namespace}/${change.name}`, change.labels);
        return relabel(change.namespace);
      case 'NetworkSet':
        return putSet(change);
      case 'HostEndpoint': {
        const { name, end } = change;
        const own = end && { labels: end.labels, namespace: '', serviceAccount: null };
        const next = own && ({ ...end, kind: 'HostEndpoint', namespace: '', labels: labelsIn('').make(own) } as const);
        return replaceMember(members, hosts, name, next);
      }
      case 'Node':
        return replaceNode(nodesByAddress, nodes, change);
      case 'Service':
        putOrDelete(services, keyOf(change.namespace, change.name), change.service);
        return serviceTouches(change.namespace, []);
      case 'EndpointSlice':
        return serviceTouches(change.namespace, slices.put(change));
    }
  };

  const model: ClusterModel = {
    namespaces,
    assumeMissing,
    ingresses: [],
    get pods() {
      return pods.all();
    },
    get workloads() {
      return pods.workloads();
    },
    get networkSets() {
      return [...sets.values()];
    },
    get hostEndpoints() {
      return [...hosts.values()];
    },
    get services() {
      return [...services.values()];
    },
    get endpointSlices() {
      return slices.all();
    },
    get nodes() {
      return [...nodes.values()];
    },
    lookup: {
      pod: pods.find,
      workload: pods.workload,
      service: (namespace, name) => services.get(keyOf(namespace, name)),
      slicesOf: slices.of,
      podAt: (address) => pods.first(members.holding(address)),
      membersAt: members.holding,
      nodesAt: (address, selector) => nodesByAddress.holding(address).some(({ labels }) => selector.matches(labels)),
    },
  };
  return { model, apply };
}

function putOrDelete<T>(map: Map<Key, T>, key: Key, value: T | null): void {
  if (value === null) map.delete(key);
  else map.set(key, value);
}

function replaceMember(index: AddressIndex<Member>, known: Map<Key, Member>, key: Key, next: Member | null): Touched {
  const before = known.get(key);
  if (before !== undefined) index.remove({ ranges: before.ranges, value: before });
  if (next !== null) index.add({ ranges: next.ranges, value: next });
  putOrDelete(known, key, next);
  return { pods: [], ranges: [...(before?.ranges ?? []), ...(next?.ranges ?? [])] };
}

function replaceNode(
  index: AddressIndex<Node>,
  known: Map<string, Node>,
  { name, node }: { name: string; node: Node | null },
): Touched {
  const before = known.get(name);
  if (before !== undefined) index.remove({ ranges: before.addresses, value: before });
  if (node !== null) index.add({ ranges: node.addresses, value: node });
  putOrDelete(known, name, node);
  return { pods: [], ranges: [...(before?.addresses ?? []), ...(node?.addresses ?? [])] };
}

/** Slices by Service. */
function createSlices() {
  const byService = new Map<Key, Map<string, EndpointSlice>>();
  const homes = new Map<Key, Key>();
  return {
    of: (namespace: string, service: string) => [...(byService.get(keyOf(namespace, service))?.values() ?? [])],
    all: () => [...byService.values()].flatMap((slices) => [...slices.values()]),
    /** Gives the addresses of the slice as it was and as it is; it may have moved to another Service. */
    put: ({ namespace, name, slice }: Extract<ClusterChange, { kind: 'EndpointSlice' }>): AddressRange[] => {
      const own = keyOf(namespace, name);
      const home = byService.get(homes.get(own) ?? '');
      const before = home?.get(name);
      home?.delete(name);
      homes.delete(own);
      if (slice === null) return [...(before?.addresses ?? [])];
      const key = keyOf(namespace, slice.service);
      byService.set(key, (byService.get(key) ?? new Map()).set(name, slice));
      homes.set(own, key);
      return [...(before?.addresses ?? []), ...slice.addresses];
    },
  };
}

import { groupBy } from '../inventory/group-by.ts';
import type { ClusterModel, EndpointSlice, Member, Namespace, Node, Pod, Service, Workload } from '../model/cluster.ts';
import { compareBytes } from '../order/compare-bytes.ts';
import { createAddressIndex } from './address-index.ts';
import type { ClusterInput, PodInput, PodShape } from './cluster-input.ts';
import { createLabelFactory, type LabelFactory, type LabelMap } from './flat-labels.ts';
import { ownWorkloads, type WorkloadDraft } from './own-workloads.ts';
import { podOf } from './pod-of.ts';

export interface ClusterOptions {
  /**
   * True for a folder of manifests: namespaces and service accounts that something is in, or uses, exist though no object says so.
   * False for a cluster as its API shows it: what is not there does not exist, and a pod without its Namespace has no profile.
   */
  readonly assumeMissing: boolean;
}

/** Follows all references and makes every lookup that evaluation needs. The order of the input does not matter. */
export function buildCluster(input: ClusterInput, options: ClusterOptions): ClusterModel {
  const drafts = ownWorkloads(input).sort(compareDrafts);
  const namespaces = collectNamespaces(input, options);
  const labels = createLabelFactory(
    new Map([...namespaces].map(([name, namespace]) => [name, namespace.labels])),
    collectServiceAccounts(input, drafts, options),
  );
  const workloads = drafts.map((draft) => makeWorkload(draft, { labels, namespaces }));
  const pods = workloads.flatMap((workload) => workload.pods);
  const networkSets = input.networkSets.map((set): Member => {
    const kind = set.namespace === '' ? 'GlobalNetworkSet' : 'NetworkSet';
    return { ...set, kind, ports: [], labels: labels.make({ ...set, serviceAccount: null }) };
  });
  const hostEndpoints = input.hostEndpoints.map((end): Member => {
    const own = { labels: end.labels, namespace: '', serviceAccount: null };
    return { ...end, kind: 'HostEndpoint', namespace: '', labels: labels.make(own) };
  });
  const parts = {
    namespaces,
    pods,
    workloads,
    networkSets: networkSets.sort(compareNamed),
    hostEndpoints: hostEndpoints.sort(compareNamed),
    services: [...input.services].sort(compareNamed),
    endpointSlices: input.endpointSlices,
    nodes: input.nodes,
    ingresses: [...input.ingresses].sort(compareNamed),
    assumeMissing: options.assumeMissing,
  };
  return { ...parts, lookup: createLookup(parts) };
}

function collectNamespaces(input: ClusterInput, { assumeMissing }: ClusterOptions): Map<string, Namespace> {
  const namespaces = new Map<string, Namespace>();
  for (const { name, labels } of input.namespaces)
    namespaces.set(name, { name, labels: withNameLabel(name, labels), assumed: false });
  if (!assumeMissing) return namespaces;
  const mentioned = [input.pods, input.workloads, input.networkSets, input.services].flat();
  for (const { namespace: name } of mentioned) {
    if (name === '' || namespaces.has(name)) continue;
    namespaces.set(name, { name, labels: withNameLabel(name, new Map()), assumed: true });
  }
  return namespaces;
}

/** The API server sets it on every namespace. */
const withNameLabel = (name: string, labels: LabelMap) => new Map(labels).set('kubernetes.io/metadata.name', name);

function collectServiceAccounts(
  input: ClusterInput,
  drafts: readonly WorkloadDraft[],
  { assumeMissing }: ClusterOptions,
): Map<string, LabelMap> {
  const accounts = new Map<string, LabelMap>();
  for (const { namespace, name, labels } of input.serviceAccounts) accounts.set(`${namespace}/${name}`, labels);
  if (!assumeMissing) return accounts;
  for (const { namespace, pods, template } of drafts) {
    for (const { serviceAccount } of template === null ? pods : [...pods, template]) {
      const key = `${namespace}/${serviceAccount}`;
      if (!accounts.has(key)) accounts.set(key, new Map());
    }
  }
  return accounts;
}

interface Surroundings {
  readonly labels: LabelFactory;
  readonly namespaces: ReadonlyMap<string, Namespace>;
}

function makeWorkload(draft: WorkloadDraft, surroundings: Surroundings): Workload {
  const { namespace, kind, name } = draft;
  const pods: Pod[] = [];
  const workload: Workload = { namespace, kind, name, pods };
  for (const pod of [...draft.pods].sort(compareNamed)) pods.push(makePod(pod, workload, surroundings));
  if (draft.template !== null && pods.every(({ finished }) => finished))
    pods.push({ ...makePod(templatePod(draft, draft.template), workload, surroundings), fromTemplate: true });
  return workload;
}

const templatePod = ({ namespace, name }: WorkloadDraft, template: PodShape): PodInput => ({
  ...template,
  namespace,
  name,
  finished: false,
  ranges: [],
  owner: null,
});

function makePod(pod: PodInput, workload: Workload, { labels, namespaces }: Surroundings): Pod {
  const profile = namespaces.has(pod.namespace) ? `kns.${pod.namespace}` : null;
  return podOf(pod, { workload, labels: labels.make(pod), profile });
}

type Parts = Omit<ClusterModel, 'lookup'>;

function createLookup(parts: Parts): ClusterModel['lookup'] {
  const key = (...texts: readonly string[]) => JSON.stringify(texts);
  const pods = new Map(parts.pods.map((pod) => [key(pod.namespace, pod.name), pod]));
  for (const pod of parts.pods) if (!pod.fromTemplate) pods.set(key(pod.namespace, pod.name), pod);
  const workloads = new Map(parts.workloads.map((one) => [key(one.namespace, one.kind, one.name), one]));
  const services = new Map<string, Service>(parts.services.map((one) => [key(one.namespace, one.name), one]));
  const slices: ReadonlyMap<string, EndpointSlice[]> = groupBy(parts.endpointSlices, (slice) =>
    key(slice.namespace, slice.service),
  );
  const governed = parts.pods.filter(({ isGoverned }) => isGoverned);
  const members: readonly Member[] = [...governed, ...parts.networkSets, ...parts.hostEndpoints];
  const byAddress = createAddressIndex(members.map((value) => ({ ranges: value.ranges, value })));
  const nodesByAddress = createAddressIndex<Node>(parts.nodes.map((value) => ({ ranges: value.addresses, value })));
  return {
    pod: (namespace, name) => pods.get(key(namespace, name)),
    workload: (namespace, kind, name) => workloads.get(key(namespace, kind, name)),
    service: (namespace, name) => services.get(key(namespace, name)),
    slicesOf: (namespace, service) => slices.get(key(namespace, service)) ?? [],
    podAt: (address) => byAddress.holding(address).find((member): member is Pod => member.kind === 'Pod'),
    membersAt: byAddress.holding,
    nodesAt: (address, selector) => nodesByAddress.holding(address).some(({ labels }) => selector.matches(labels)),
  };
}

function compareNamed(a: { namespace?: string; name: string }, b: { namespace?: string; name: string }): number {
  return compareBytes(a.namespace ?? '', b.namespace ?? '') || compareBytes(a.name, b.name);
}

const compareDrafts = (a: WorkloadDraft, b: WorkloadDraft) => compareNamed(a, b) || compareBytes(a.kind, b.kind);

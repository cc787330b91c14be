import type { AddressRange } from '../address/address-range.ts';
import type { LabelLookup, Selector } from '../selector/selector.ts';

/** A cluster as policies see it. Made by `buildCluster`; never changed afterwards. */
export interface ClusterModel {
  readonly namespaces: ReadonlyMap<string, Namespace>;
  /** Every pod of the input, and one pod of the template for each workload that has none. */
  readonly pods: readonly Pod[];
  /** What owns pods, sorted by namespace, name, kind. */
  readonly workloads: readonly Workload[];
  /** NetworkSets, GlobalNetworkSets and HostEndpoints: only ever the other end of a rule. */
  readonly networkSets: readonly Member[];
  readonly hostEndpoints: readonly Member[];
  readonly services: readonly Service[];
  readonly endpointSlices: readonly EndpointSlice[];
  readonly nodes: readonly Node[];
  /** Ingress and Route objects: what an ingress controller sends on. */
  readonly ingresses: readonly IngressObject[];
  readonly lookup: ClusterLookup;
  /** Made of a folder of manifests: what no object says, but something uses, is taken to exist (`ClusterOptions`). */
  readonly assumeMissing: boolean;
}

/** Questions by name or address; each costs about a Map lookup. */
export interface ClusterLookup {
  readonly pod: (namespace: string, name: string) => Pod | undefined;
  readonly workload: (namespace: string, kind: string, name: string) => Workload | undefined;
  readonly service: (namespace: string, name: string) => Service | undefined;
  readonly slicesOf: (namespace: string, service: string) => readonly EndpointSlice[];
  /** The pod that policies govern at this address; undefined for outside, host-networked and finished pods. */
  readonly podAt: (address: AddressRange) => Pod | undefined;
  /** Everything whose addresses hold all of this range: pod, network sets, host endpoints. */
  readonly membersAt: (address: AddressRange) => readonly Member[];
  /** Whether a node that `selector` picks (over the node's labels) holds this range. */
  readonly nodesAt: (address: AddressRange, selector: Selector) => boolean;
}

/**
 * Whatever a selector of a rule can pick. `labels` is Calico's flat set: own labels, `pcns.*` of the namespace, `pcsa.*` of the service
 * account, `projectcalico.org/{namespace,serviceaccount,orchestrator}`. Members with equal labels share one `labels` object.
 */
export interface Member {
  readonly kind: 'Pod' | 'NetworkSet' | 'GlobalNetworkSet' | 'HostEndpoint';
  /** Empty for what is not namespaced. */
  readonly namespace: string;
  readonly name: string;
  readonly labels: LabelLookup;
  /** Named ports; of pods and host endpoints. */
  readonly ports: readonly NamedPort[];
  /** Its addresses; empty where the manifests give none. */
  readonly ranges: readonly AddressRange[];
}
export interface NamedPort {
  readonly name: string;
  /** IANA number. */
  readonly protocol: number;
  readonly port: number;
}

export interface Pod extends Member {
  readonly kind: 'Pod';
  readonly workload: Workload;
  readonly node: string;
  readonly serviceAccount: string;
  /** Own labels only, as written. */
  readonly ownLabels: ReadonlyMap<string, string>;
  /** Policies apply to it: neither on the host network nor finished (Succeeded, Failed). */
  readonly isGoverned: boolean;
  readonly hostNetwork: boolean;
  readonly finished: boolean;
  /** Made of its workload's template: no such pod was in the input. */
  readonly fromTemplate: boolean;
  /** `kns.<namespace>`, which allows all; null where the namespace does not exist: then what no tier decides is denied. */
  readonly profile: string | null;
}

/** What owns pods: Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController, Job, CronJob, any other controller, or `Pod` for a pod by itself. */
export interface Workload {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  /** At least one. */
  readonly pods: readonly Pod[];
}

export interface Namespace {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  /** No such object was in the input; something in it was. */
  readonly assumed: boolean;
}

export interface Service {
  readonly namespace: string;
  readonly name: string;
  /** Null: no selector. */
  readonly selector: ReadonlyMap<string, string> | null;
  readonly clusterIps: readonly AddressRange[];
  readonly ports: readonly ServicePort[];
}
export interface ServicePort {
  readonly name: string;
  readonly protocol: number;
  readonly port: number;
  /** A string names a port of the pod. */
  readonly targetPort: number | string;
}
export interface EndpointSlice {
  readonly namespace: string;
  readonly service: string;
  /** Ready or not. */
  readonly addresses: readonly AddressRange[];
  /** `port` null: every port of the protocol. */
  readonly ports: readonly { readonly name: string; readonly protocol: number; readonly port: number | null }[];
}
export interface Node {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly addresses: readonly AddressRange[];
}
/** One backend of an Ingress or Route; `port` null: every port of the Service. A string is the name of a Service port (Ingress) or a target port (Route). */
export interface IngressObject {
  readonly kind: 'Ingress' | 'Route';
  readonly namespace: string;
  readonly name: string;
  readonly backends: readonly { readonly service: string; readonly port: number | string | null }[];
}

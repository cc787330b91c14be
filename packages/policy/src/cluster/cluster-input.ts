import type { AddressRange } from '../address/address-range.ts';
import type { EndpointSlice, IngressObject, NamedPort, Node, Service } from '../model/cluster.ts';
import type { LabelMap } from './flat-labels.ts';

/** What `buildCluster` puts together: objects read one by one, references not followed yet. */
export interface ClusterInput {
  readonly namespaces: readonly { readonly name: string; readonly labels: LabelMap }[];
  readonly serviceAccounts: readonly { readonly namespace: string; readonly name: string; readonly labels: LabelMap }[];
  readonly pods: readonly PodInput[];
  readonly workloads: readonly WorkloadInput[];
  readonly networkSets: readonly NetworkSetInput[];
  readonly hostEndpoints: readonly HostEndpointInput[];
  readonly services: readonly Service[];
  readonly endpointSlices: readonly EndpointSlice[];
  readonly nodes: readonly Node[];
  readonly ingresses: readonly IngressObject[];
}

/** What pods and pod templates have in common. */
export interface PodShape {
  readonly labels: LabelMap;
  readonly serviceAccount: string;
  readonly node: string;
  readonly hostNetwork: boolean;
  readonly ports: readonly NamedPort[];
}
export interface PodInput extends PodShape {
  readonly namespace: string;
  readonly name: string;
  readonly finished: boolean;
  readonly ranges: readonly AddressRange[];
  /** The controller; null for a pod by itself (also a mirror pod, which its node owns). */
  readonly owner: OwnerRef | null;
}
export interface OwnerRef {
  readonly kind: string;
  readonly name: string;
}
export interface WorkloadInput {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly owner: OwnerRef | null;
  readonly template: PodShape | null;
}
export interface NetworkSetInput {
  /** Empty: a GlobalNetworkSet. */
  readonly namespace: string;
  readonly name: string;
  readonly labels: LabelMap;
  readonly ranges: readonly AddressRange[];
}
export interface HostEndpointInput {
  readonly name: string;
  readonly labels: LabelMap;
  readonly ranges: readonly AddressRange[];
  readonly ports: readonly NamedPort[];
}

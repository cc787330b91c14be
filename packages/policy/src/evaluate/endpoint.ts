import type { InventoryPod, NamedPort } from '@margay/model';
import { parseAddress } from '../address/address.ts';
import { type Cidr, hostCidr, parseCidr } from '../address/cidr.ts';
import type { Labels } from '../selector/matches-selector.ts';

/** One end of a connection: who it is in the policies' eyes (null: nobody whom a podSelector can name), and the addresses it may have. */
export interface Endpoint {
  readonly pod: PodIdentity | null;
  readonly ranges: readonly Cidr[];
}
export interface PodIdentity {
  readonly namespace: string;
  readonly labels: Labels;
  readonly namespaceLabels: Labels;
  readonly ports: readonly NamedPort[];
}

/** Labels of a namespace with the one that the API server sets on each of them. */
export function withNameLabel(namespace: string, labels: Labels): Labels {
  return { ...labels, 'kubernetes.io/metadata.name': namespace };
}

/** A pod. On the host network no policy governs it and no podSelector names it: only its addresses count. */
export function podEndpoint(pod: InventoryPod, namespaceLabels: Labels): Endpoint {
  const { ranges } = addressEndpoint(pod.addresses);
  if (pod.hostNetwork) return { pod: null, ranges };
  const identity = { labels: pod.labels, namespaceLabels: withNameLabel(pod.namespace, namespaceLabels) };
  return { pod: { namespace: pod.namespace, ports: pod.ports, ...identity }, ranges };
}

/** Something known by its addresses alone; what is not an address (a node's host name) is passed over. */
export function addressEndpoint(addresses: readonly string[]): Endpoint {
  const parsed = addresses.map(parseAddress).filter((address) => address !== null);
  return { pod: null, ranges: parsed.map(hostCidr) };
}

/** A whole block of addresses, of which an ipBlock must hold all. */
export function rangeEndpoint(cidr: string): Endpoint {
  const range = parseCidr(cidr);
  return { pod: null, ranges: range === null ? [] : [range] };
}

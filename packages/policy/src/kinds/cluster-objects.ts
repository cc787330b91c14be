import { type AddressRange, parseNet } from '../address/address-range.ts';
import type { HostEndpointInput, NetworkSetInput } from '../cluster/cluster-input.ts';
import type { EndpointSlice, Node, Service } from '../model/cluster.ts';
import { describe, type Fields, isAbsent } from '../parse/place.ts';
import type { RawObject } from './raw-object.ts';
import { readCalicoLabels, readLabels, type Warn } from './read-labels.ts';

const NUMBERS: Readonly<Record<string, number>> = { TCP: 6, UDP: 17, SCTP: 132 };

/** IANA number of a protocol name; absent is TCP. Null: none that has ports. */
export function protocolNumber(value: unknown): number | null {
  if (isAbsent(value)) return 6;
  return typeof value === 'string' && Object.hasOwn(NUMBERS, value) ? (NUMBERS[value] ?? null) : null;
}

export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Addresses among texts; what is none (a host name) is passed over. */
export function addressesOf(values: readonly unknown[]): AddressRange[] {
  return values
    .map((value) => (typeof value === 'string' && !value.includes('/') ? parseNet(value) : null))
    .filter((range) => range !== null);
}

export function readService(object: RawObject, namespace: string, warn: Warn): Service {
  const spec = fieldsOf(object.body.spec);
  const hasSelector = Object.keys(fieldsOf(spec.selector)).length > 0;
  return {
    namespace,
    name: object.name,
    selector: hasSelector ? readLabels(spec.selector, 'spec.selector', warn) : null,
    clusterIps: addressesOf([...listOf(spec.clusterIPs), ...(Array.isArray(spec.clusterIPs) ? [] : [spec.clusterIP])]),
    ports: listOf(spec.ports).flatMap((entry) => {
      const { name, protocol, port, targetPort } = fieldsOf(entry);
      const number = protocolNumber(protocol);
      if (number === null || typeof port !== 'number') return [];
      const target = typeof targetPort === 'number' || typeof targetPort === 'string' ? targetPort : port;
      return [{ name: textOf(name), protocol: number, port, targetPort: target }];
    }),
  };
}

export function readEndpointSlice(object: RawObject, namespace: string): EndpointSlice {
  const { body, metadata } = object;
  return {
    namespace,
    service: textOf(fieldsOf(metadata.labels)['kubernetes.io/service-name']),
    addresses: addressesOf(listOf(body.endpoints).flatMap((entry) => listOf(fieldsOf(entry).addresses))),
    ports: listOf(body.ports).flatMap((entry) => {
      const { name, protocol, port } = fieldsOf(entry);
      const number = protocolNumber(protocol);
      if (number === null) return [];
      return [{ name: textOf(name), protocol: number, port: typeof port === 'number' ? port : null }];
    }),
  };
}

export function readNode(object: RawObject, warn: Warn): Node {
  const status = fieldsOf(object.body.status);
  return {
    name: object.name,
    labels: readLabels(object.metadata.labels, 'metadata.labels', warn),
    addresses: addressesOf(listOf(status.addresses).map((entry) => fieldsOf(entry).address)),
  };
}

/** NetworkSet (namespaced) or GlobalNetworkSet. Addresses may stand alone and have host bits. */
export function readNetworkSet(object: RawObject, namespace: string, warn: Warn): NetworkSetInput {
  const labels = readCalicoLabels(object, warn);
  if (labels.has('projectcalico.org/namespace'))
    warn('metadata.labels', 'projectcalico.org/namespace is set by Calico itself', 'other labels');
  return { namespace, name: object.name, labels, ranges: readNets(fieldsOf(object.body.spec).nets, 'spec.nets', warn) };
}

function readNets(value: unknown, path: string, warn: Warn): AddressRange[] {
  if (!isAbsent(value) && !Array.isArray(value)) warn(path, 'no list', 'a list of CIDRs');
  return listOf(value).flatMap((entry, index) => {
    const range = typeof entry === 'string' ? parseNet(entry) : null;
    if (range === null)
      warn(`${path}[${index}]`, `${describe(entry)} is neither address nor CIDR`, '10.0.0.0/8, 10.0.0.1');
    return range === null ? [] : [range];
  });
}

/** As a peer a host endpoint counts by its expectedIPs only. */
export function readHostEndpoint(object: RawObject, warn: Warn): HostEndpointInput {
  const spec = fieldsOf(object.body.spec);
  if (textOf(spec.node) === '') warn('spec.node', 'missing', 'the name of a node');
  if (textOf(spec.interfaceName) === '' && listOf(spec.expectedIPs).length === 0)
    warn('spec', 'neither interfaceName nor expectedIPs', 'at least one of them');
  return {
    name: object.name,
    labels: readCalicoLabels(object, warn),
    ranges: readNets(spec.expectedIPs, 'spec.expectedIPs', warn),
    ports: listOf(spec.ports).flatMap((entry) => {
      const { name, protocol, port } = fieldsOf(entry);
      const number = protocolNumber(protocol);
      return number === null || typeof port !== 'number' ? [] : [{ name: textOf(name), protocol: number, port }];
    }),
  };
}

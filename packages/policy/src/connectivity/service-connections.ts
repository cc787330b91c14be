import { containsRange } from '../address/address-range.ts';
import type { ClusterModel, EndpointSlice, Service } from '../model/cluster.ts';
import type { End } from '../model/packet.ts';
import {
  ALL_CONNECTIONS,
  ALL_PORTS,
  type ConnectionSet,
  NO_CONNECTIONS,
  unionConnections,
} from '../sets/connection-set.ts';
import { interval } from '../sets/intervals.ts';
import type { SideTerm } from './compile-rules.ts';
import { onSide } from './on-side.ts';

interface ServiceEnd {
  readonly end: End;
  readonly role: SideTerm['role'];
  readonly cluster: ClusterModel;
}

/** As a source the addresses of the slices, ready or not; as a destination their protocols and ports too. Without slices (manifests) the Service's selector tells. */
export function serviceConnections(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  { end, role, cluster }: ServiceEnd,
): ConnectionSet {
  const slices = cluster.lookup.slicesOf(namespace, name);
  const object = slices.length === 0 && cluster.assumeMissing ? cluster.lookup.service(namespace, name) : undefined;
  const holding = slices.filter((slice) => holds(slice, end));
  const isSelected = object !== undefined && selects(object, end);
  if (role === 'source') return holding.length > 0 || isSelected ? ALL_CONNECTIONS : NO_CONNECTIONS;
  const listening = holding.flatMap(({ ports }) => ports);
  const ports = isSelected ? targets(object, end) : listening;
  return ports
    .map(({ protocol, port }) => onSide(role, protocol, port === null ? ALL_PORTS : interval(port, port + 1)))
    .reduce(unionConnections, NO_CONNECTIONS);
}

function holds({ addresses }: EndpointSlice, { ranges }: End): boolean {
  return ranges.some((range) => addresses.some((address) => containsRange(address, range)));
}

function selects({ namespace, selector }: Service, { pod }: End): boolean {
  if (pod === null || selector === null || selector.size === 0 || pod.namespace !== namespace) return false;
  return [...selector].every(([key, value]) => pod.ownLabels.get(key) === value);
}

function targets({ ports }: Service, { pod }: End): { protocol: number; port: number }[] {
  return ports.flatMap(({ protocol, targetPort }) => {
    if (typeof targetPort === 'number') return [{ protocol, port: targetPort }];
    return (pod?.ports ?? []).filter((one) => one.name === targetPort && one.protocol === protocol);
  });
}

import { containsRange } from '../address/address-range.ts';
import type { ClusterModel, EndpointSlice, Service, ServicePort } from '../model/cluster.ts';
import type { End, Packet } from '../model/packet.ts';
import type { Side } from '../model/policy.ts';

/** A Service as a source is the addresses of its slices, ready or not. */
export function matchesSourceService(cluster: ClusterModel, { service }: Side, src: End): boolean {
  if (service === null) return true;
  const slices = cluster.lookup.slicesOf(service.namespace, service.name);
  if (slices.length > 0) return slices.some((slice) => holds(slice, src));
  const object = selectingService(cluster, service);
  return object !== null && isBehind(object, src);
}

/** A Service as a destination is address, protocol and port together. */
export function matchesDestinationService(cluster: ClusterModel, { service }: Side, packet: Packet): boolean {
  if (service === null) return true;
  return servicePortsAt(cluster, service, packet.dst).some(
    ({ protocol, port }) => protocol === packet.protocol && (port === null || port === packet.dstPort),
  );
}

/** A port of a Service's backend; `port` null: every port of the protocol, and none. */
export interface ServicePoint {
  readonly protocol: number;
  readonly port: number | null;
}

/** On which ports an end answers for a Service; empty where it is not behind it. */
export function servicePortsAt(
  cluster: ClusterModel,
  service: { readonly namespace: string; readonly name: string },
  end: End,
): readonly ServicePoint[] {
  const slices = cluster.lookup.slicesOf(service.namespace, service.name);
  if (slices.length > 0) return slices.filter((slice) => holds(slice, end)).flatMap(({ ports }) => ports);
  const object = selectingService(cluster, service);
  return object !== null && isBehind(object, end) ? object.ports.flatMap((port) => targetsOf(port, end)) : [];
}

function holds({ addresses }: EndpointSlice, { ranges }: End): boolean {
  return ranges.some((range) => addresses.some((address) => containsRange(address, range)));
}

/** Manifests hold Services but no slices: there the selector says what the slices will hold. A cluster without them has none. */
function selectingService(cluster: ClusterModel, name: { namespace: string; name: string }): Service | null {
  return cluster.assumeMissing ? (cluster.lookup.service(name.namespace, name.name) ?? null) : null;
}

function isBehind({ namespace, selector }: Service, { pod }: End): boolean {
  if (pod === null || selector === null || selector.size === 0 || pod.namespace !== namespace) return false;
  for (const [key, value] of selector) if (pod.ownLabels.get(key) !== value) return false;
  return true;
}

function targetsOf({ protocol, targetPort }: ServicePort, { pod }: End): readonly ServicePoint[] {
  if (typeof targetPort === 'number') return [{ protocol, port: targetPort }];
  return (pod?.ports ?? []).filter((one) => one.name === targetPort && one.protocol === protocol);
}

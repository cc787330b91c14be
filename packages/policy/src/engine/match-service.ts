import { containsRange } from '../address/address-range.ts';
import type { ClusterModel, EndpointSlice, Service } from '../model/cluster.ts';
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
  const slices = cluster.lookup.slicesOf(service.namespace, service.name);
  if (slices.length > 0) return slices.some((slice) => holds(slice, packet.dst) && listens(slice, packet));
  const object = selectingService(cluster, service);
  return object !== null && isBehind(object, packet.dst) && isTarget(object, packet);
}

function holds({ addresses }: EndpointSlice, { ranges }: End): boolean {
  return ranges.some((range) => addresses.some((address) => containsRange(address, range)));
}

function listens({ ports }: EndpointSlice, { protocol, dstPort }: Packet): boolean {
  return ports.some((port) => port.protocol === protocol && (port.port === null || port.port === dstPort));
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

function isTarget({ ports }: Service, { dst, protocol, dstPort }: Packet): boolean {
  return ports.some((port) => {
    if (port.protocol !== protocol) return false;
    if (typeof port.targetPort === 'number') return port.targetPort === dstPort;
    const named = dst.pod?.ports ?? [];
    return named.some((one) => one.name === port.targetPort && one.protocol === protocol && one.port === dstPort);
  });
}

import { randomInt } from 'node:crypto';
import { isRecord, type KubeObject } from '../kube/objects.ts';
import { invalid } from './api-error.ts';
import type { Resource } from './resources.ts';

export interface ServiceRanges {
  /** First two octets of a /16: `10.96`. */
  readonly ipv4Prefix: string;
  /** Everything before the last group of a /112: `fd00:10:96::`. */
  readonly ipv6Prefix: string;
}

const NODE_PORTS = { first: 30_000, last: 32_767 } as const;

/** Gives a Service its cluster addresses and node ports, as the real API server does before it stores one. Changes `service`. @throws ApiError 422 when an asked address or port is taken */
export function allocateServiceAddresses(
  resource: Resource,
  service: KubeObject,
  others: readonly KubeObject[],
  ranges: ServiceRanges,
): void {
  const spec = service.spec;
  if (!isRecord(spec) || spec.type === 'ExternalName') return;
  const used = collectUsed(others);
  allocateAddresses(resource, service, spec, used.addresses, ranges);
  if (spec.type === 'NodePort' || spec.type === 'LoadBalancer')
    allocateNodePorts(resource, service, spec, used.nodePorts);
}

function allocateAddresses(
  resource: Resource,
  service: KubeObject,
  spec: Record<string, unknown>,
  used: Set<string>,
  ranges: ServiceRanges,
): void {
  const asked = Array.isArray(spec.ipFamilies) ? spec.ipFamilies.map(String) : undefined;
  const isDual = spec.ipFamilyPolicy === 'PreferDualStack' || spec.ipFamilyPolicy === 'RequireDualStack';
  const families = asked && (asked.length > 1 || !isDual) ? asked : isDual ? bothFrom(asked?.[0] ?? 'IPv4') : ['IPv4'];
  spec.ipFamilyPolicy ??= 'SingleStack';
  spec.ipFamilies = families;
  if (spec.clusterIP === 'None') {
    spec.clusterIPs = ['None'];
    return;
  }
  const wanted = Array.isArray(spec.clusterIPs)
    ? spec.clusterIPs.map(String)
    : spec.clusterIP
      ? [String(spec.clusterIP)]
      : [];
  for (const address of wanted)
    if (used.has(address))
      throw invalid(resource, service.metadata.name, [
        {
          field: 'spec.clusterIPs',
          reason: 'FieldValueInvalid',
          message: `Invalid value: ${JSON.stringify(wanted)}: failed to allocate IP ${address}: provided IP is already allocated`,
        },
      ]);
  const addresses = families.map((family, index) => wanted[index] ?? freeAddress(family, used, ranges));
  spec.clusterIP = addresses[0];
  spec.clusterIPs = addresses;
}

const bothFrom = (first: string) => (first === 'IPv6' ? ['IPv6', 'IPv4'] : ['IPv4', 'IPv6']);

function freeAddress(family: string, used: Set<string>, ranges: ServiceRanges): string {
  for (;;) {
    const address =
      family === 'IPv6'
        ? `${ranges.ipv6Prefix}${randomInt(0x100, 0xffff).toString(16)}`
        : `${ranges.ipv4Prefix}.${randomInt(1, 255)}.${randomInt(1, 255)}`;
    if (!used.has(address)) {
      used.add(address);
      return address;
    }
  }
}

function allocateNodePorts(
  resource: Resource,
  service: KubeObject,
  spec: Record<string, unknown>,
  used: Set<number>,
): void {
  for (const port of Array.isArray(spec.ports) ? spec.ports.filter(isRecord) : []) {
    if (typeof port.nodePort === 'number' && used.has(port.nodePort))
      throw invalid(resource, service.metadata.name, [
        {
          field: 'spec.ports[0].nodePort',
          reason: 'FieldValueInvalid',
          message: `Invalid value: ${port.nodePort}: provided port is already allocated`,
        },
      ]);
    while (typeof port.nodePort !== 'number') {
      const candidate = randomInt(NODE_PORTS.first, NODE_PORTS.last + 1);
      if (!used.has(candidate)) port.nodePort = candidate;
    }
    used.add(port.nodePort);
  }
}

function collectUsed(others: readonly KubeObject[]): { addresses: Set<string>; nodePorts: Set<number> } {
  const addresses = new Set<string>();
  const nodePorts = new Set<number>();
  for (const { spec } of others) {
    if (!isRecord(spec)) continue;
    for (const address of Array.isArray(spec.clusterIPs) ? spec.clusterIPs : [])
      if (address !== 'None') addresses.add(address);
    for (const port of Array.isArray(spec.ports) ? spec.ports : []) if (port.nodePort) nodePorts.add(port.nodePort);
  }
  return { addresses, nodePorts };
}

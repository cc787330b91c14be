import type { ClusterIndex } from '../inventory/cluster-index.ts';
import { groupBy } from '../inventory/group-by.ts';
import { resolveService } from '../inventory/resolve-service.ts';
import type { Port } from './port.ts';

const DNS_PORT = 53;
const UDP = 17;
const TCP = 6;

/** The port of the other transport that belongs to a DNS server's port; null for all other traffic. */
export type DnsPartner = (workloadKey: string, port: Port) => Port | null;

/**
 * A resolver falls back to TCP when an answer is cut (RFC 7766), which a short look may miss: where a Service offers DNS, UDP and TCP go together.
 * Ports are those that the DNS pods really listen on.
 */
export function findDnsPartners(index: ClusterIndex): DnsPartner {
  const pairs: { key: string; udp: number; tcp: number }[] = [];
  for (const service of index.services) {
    const asked = { namespace: service.namespace, name: service.name, port: DNS_PORT };
    const udp = workloadPorts(index, { ...asked, protocol: UDP });
    const tcp = workloadPorts(index, { ...asked, protocol: TCP });
    for (const [key, port] of udp) pairs.push({ key, udp: port, tcp: tcp.get(key) ?? port });
  }
  const byWorkload = groupBy(pairs, ({ key }) => key);
  return (key, { protocol, port }) => {
    const known = byWorkload.get(key) ?? [];
    if (protocol === UDP) return toPort(TCP, known.find(({ udp }) => udp === port)?.tcp);
    if (protocol === TCP) return toPort(UDP, known.find(({ tcp }) => tcp === port)?.udp);
    return null;
  };
}

const toPort = (protocol: number, port: number | undefined) => (port === undefined ? null : { protocol, port });

function workloadPorts(index: ClusterIndex, asked: Parameters<typeof resolveService>[1]): Map<string, number> {
  const ports = new Map<string, number>();
  for (const backend of resolveService(index, asked).backends) {
    if (backend.kind === 'workload' && !ports.has(backend.key)) ports.set(backend.key, backend.port);
  }
  return ports;
}

import type { ClusterModel } from '../model/cluster.ts';
import type { Packet } from '../model/packet.ts';
import type { IcmpMatch, Rule } from '../model/policy.ts';
import { matchesDestinationService, matchesSourceService } from './match-service.ts';
import { matchesPeer, matchesPorts } from './match-side.ts';

const ICMP: ReadonlySet<number> = new Set([1, 58]);

/** Whether every condition of a rule holds for a packet. This is the specification; nothing else may decide it differently. */
export function matchesRule(cluster: ClusterModel, rule: Rule, packet: Packet): boolean {
  return (
    matchesProtocol(rule, packet) &&
    matchesFamily(rule, packet) &&
    matchesPorts(rule.destination, packet.dst, { port: packet.dstPort, protocol: packet.protocol }) &&
    matchesPorts(rule.source, packet.src, { port: packet.srcPort, protocol: packet.protocol }) &&
    matchesSource(cluster, rule, packet) &&
    matchesDestination(cluster, rule, packet)
  );
}

/** A rule of one family does not exist for the other. */
export function matchesFamily({ family }: Rule, packet: Pick<Packet, 'family'>): boolean {
  return family === null || packet.family === null || family === packet.family;
}

/** Protocol and ICMP type, positive and negative. */
export function matchesProtocol(rule: Rule, packet: Pick<Packet, 'protocol' | 'icmp'>): boolean {
  if (rule.protocol !== null && rule.protocol !== packet.protocol) return false;
  if (rule.notProtocol === packet.protocol) return false;
  if (rule.icmp !== null && !matchesIcmp(rule.icmp, packet)) return false;
  return rule.notIcmp === null || !matchesIcmp(rule.notIcmp, packet);
}

function matchesIcmp({ type, code }: IcmpMatch, { protocol, icmp }: Pick<Packet, 'protocol' | 'icmp'>): boolean {
  if (icmp === null || !ICMP.has(protocol)) return false;
  return icmp.type === type && (code === null || icmp.code === code);
}

/** Who the source is, ports aside. */
export function matchesSource(cluster: ClusterModel, { source, family }: Rule, { src }: Packet): boolean {
  return matchesPeer(cluster, source, src, family) && matchesSourceService(cluster, source, src);
}

/** Who the destination is, ports aside (but for a Service, which is addresses and ports together). */
export function matchesDestination(cluster: ClusterModel, { destination, family }: Rule, packet: Packet): boolean {
  return (
    matchesPeer(cluster, destination, packet.dst, family) && matchesDestinationService(cluster, destination, packet)
  );
}

import type { PodNetwork } from './pod-network.ts';

export interface VethCounters {
  readonly bytesOut: number;
  readonly packetsOut: number;
  readonly bytesIn: number;
  readonly packetsIn: number;
}

const ETHERNET_BYTES = 14;

/** Counters of nftables at the very interface of the tap: what it counts without us. Out: sent by the pod. */
export function countVeth(network: PodNetwork, name: string): { read(): VethCounters } {
  const table = `margay_${name}`;
  const nft = (...rules: string[]) => network.inNode('nft', rules.join('; '));
  nft(
    `add table netdev ${table}`,
    `add chain netdev ${table} from_pod { type filter hook ingress device "${name}" priority 0; }`,
    `add chain netdev ${table} to_pod { type filter hook egress device "${name}" priority 0; }`,
    // Neighbour discovery is no traffic of anybody's.
    ...['from_pod', 'to_pod'].flatMap((chain) => [
      `add rule netdev ${table} ${chain} ether type arp accept`,
      `add rule netdev ${table} ${chain} icmpv6 type { 130-137, 143 } accept`,
      `add rule netdev ${table} ${chain} counter`,
    ]),
  );
  return {
    read: () => {
      const { nftables } = JSON.parse(network.inNode('nft', '-j', 'list', 'table', 'netdev', table)) as {
        nftables: { rule?: { chain: string; expr: { counter?: { packets: number; bytes: number } }[] } }[];
      };
      const counter = (chain: string) =>
        nftables
          .filter((entry) => entry.rule?.chain === chain)
          .flatMap((entry) => entry.rule?.expr ?? [])
          .find((expression) => expression.counter)?.counter ?? { packets: 0, bytes: 0 };
      const out = counter('from_pod');
      const into = counter('to_pod');
      return {
        bytesOut: out.bytes,
        packetsOut: out.packets,
        // At egress the Ethernet header is part of the packet already.
        bytesIn: into.bytes - ETHERNET_BYTES * into.packets,
        packetsIn: into.packets,
      };
    },
  };
}

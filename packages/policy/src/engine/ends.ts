import { parseAddress } from '../address/address.ts';
import { type AddressRange, rangeOfAddress } from '../address/address-range.ts';
import type { ClusterModel, Member, Pod } from '../model/cluster.ts';
import type { End, Packet } from '../model/packet.ts';

/** A pod as an end, at the addresses it has; give one of them to be exact, or none to judge it by its identity alone. */
export function podEnd(cluster: ClusterModel, pod: Pod, ranges: readonly AddressRange[] = pod.ranges): End {
  return pod.isGoverned ? lonePodEnd(cluster, pod, ranges) : rangesEnd(cluster, ranges);
}

/** Whatever is at an address: a pod, or something outside that sets and host endpoints may still hold. Null: not an address. */
export function addressEnd(cluster: ClusterModel, text: string): End | null {
  const address = parseAddress(text);
  return address === null ? null : rangeEnd(cluster, rangeOfAddress(address));
}

/** Whatever is at these addresses, all of them alike: only what holds the whole range counts as a member. */
export function rangeEnd(cluster: ClusterModel, range: AddressRange): End {
  const pod = cluster.lookup.podAt(range) ?? null;
  return { pod, ranges: [range], members: cluster.lookup.membersAt(range) };
}

/** Something outside that may have any of these addresses; never a pod, though one may have such an address now. */
export function rangesEnd(cluster: ClusterModel, ranges: readonly AddressRange[]): End {
  return { pod: null, ranges, members: membersOf(cluster, ranges, []) };
}

/** A pod that is no longer as the cluster has it, such as one that was seen an hour ago, at these addresses. */
export function lonePodEnd(cluster: ClusterModel, pod: Pod, ranges: readonly AddressRange[]): End {
  return { pod, ranges, members: membersOf(cluster, ranges, [pod]) };
}

function membersOf(cluster: ClusterModel, ranges: readonly AddressRange[], known: readonly Member[]): Member[] {
  const members = new Set(known);
  for (const range of ranges) {
    for (const member of cluster.lookup.membersAt(range)) if (member.kind !== 'Pod') members.add(member);
  }
  return [...members];
}

/** The family that both ends have; IPv4 where neither has an address; null where they could talk either way, or their known addresses share none. */
export function familyOf(src: End, dst: End): Packet['family'] {
  const has = ({ ranges }: End, family: 4 | 6) =>
    ranges.length === 0 || ranges.some((range) => range.family === family);
  if (src.ranges.length === 0 && dst.ranges.length === 0) return 4;
  const [four, six] = [has(src, 4) && has(dst, 4), has(src, 6) && has(dst, 6)];
  if (four === six) return null;
  return six ? 6 : 4;
}

import type { Inventory, Peer } from '@margay/model';
import { type Address, formatAddress, parseAddress } from '../address/address.ts';
import { type Cidr, hostCidr, parseCidr } from '../address/cidr.ts';
import { type ClusterIndex, workloadKey } from '../inventory/cluster-index.ts';
import { isRunning } from './label-space.ts';
import { plainText } from './plain-text.ts';
import { isOnHostNetwork, type Unit } from './unit.ts';

/** One end of an edge as a policy can name it. */
export type End =
  | { readonly kind: 'unit'; readonly unit: Unit; readonly words: PeerWords }
  | {
      readonly kind: 'ranges';
      readonly source: RangeSource;
      readonly cidrs: readonly Cidr[];
      readonly words: PeerWords;
    };
/** `outside`: an address as seen. `bucket`: a block for addresses beyond the cap. `node`: addresses that stand for a node or what shares its network. */
export type RangeSource = 'outside' | 'bucket' | 'node';
export interface PeerWords {
  readonly namespace: string | null;
  readonly name: string;
}
/** An end that no policy can name, with the reason. */
export interface Unnameable {
  readonly kind: 'unnameable';
  readonly reason: string;
  readonly words: PeerWords;
}

export interface Cluster {
  readonly index: ClusterIndex;
  readonly units: ReadonlyMap<string, Unit>;
  /** Addresses that pods have now, less those that are their nodes'. */
  readonly podAddresses: ReadonlySet<string>;
}

/** In their canonical spelling. */
export function collectPodAddresses(pods: Inventory['pods']): ReadonlySet<string> {
  const own = pods.filter((pod) => isRunning(pod) && !pod.hostNetwork).flatMap(({ addresses }) => addresses);
  return new Set(
    own.map(parseAddress).flatMap((address) => (address === null ? [] : [formatAddress(unmapped(address))])),
  );
}

/** Finds what stands for a peer in a policy. Services are resolved before ({@link resolveService}). */
export function endOfPeer(cluster: Cluster, peer: Exclude<Peer, { kind: 'service' }>): End | Unnameable {
  switch (peer.kind) {
    case 'workload':
      return endOfWorkload(cluster, workloadKey(peer.namespace, peer.ownerKind, peer.name), peer);
    case 'node': {
      const words = { namespace: null, name: `node ${plainText(peer.name)}` };
      const addresses = cluster.index.nodeAddresses(peer.name);
      if (addresses === undefined) return unnameable(words, 'the node is no longer in the cluster');
      return endOfAddresses(addresses, 'node', words, 'the node has no known address');
    }
    case 'external': {
      const end = endOfAddress(peer.address);
      // Nothing outside has that address any more: an ipBlock of it would let the pod through.
      return cluster.podAddresses.has(end.words.name) ? unnameable(end.words, 'a pod has this address now') : end;
    }
    case 'cidr': {
      const cidr = parseCidr(peer.cidr);
      const words = { namespace: null, name: plainText(peer.cidr) };
      return cidr === null
        ? unnameable(words, 'not a CIDR')
        : { kind: 'ranges', source: 'bucket', cidrs: [cidr], words };
    }
    case 'unknown':
      return unnameable(
        { namespace: null, name: peer.address },
        'nothing in the cluster owned this address at that moment',
      );
  }
}

export function endOfWorkload(
  { index, units }: Cluster,
  key: string,
  { namespace, name }: { namespace: string; name: string },
): End | Unnameable {
  const words = { namespace, name: plainText(name) };
  const workload = index.workloads.get(key);
  const unit = units.get(key);
  if (workload === undefined || unit === undefined) return unnameable(words, 'it is no longer in the cluster');
  if (!isOnHostNetwork(workload)) return { kind: 'unit', unit, words };
  const addresses = workload.pods.filter(isRunning).flatMap((pod) => pod.addresses);
  return endOfAddresses(addresses, 'node', words, 'it shares its node’s network and no address of it is known');
}

/** One address outside, in its canonical spelling. */
export function endOfAddress(text: string): End | Unnameable {
  const address = parseAddress(text);
  const words = { namespace: null, name: address === null ? plainText(text) : formatAddress(unmapped(address)) };
  return endOfAddresses([text], 'outside', words, 'not an address');
}

function endOfAddresses(
  texts: readonly string[],
  source: RangeSource,
  words: PeerWords,
  reason: string,
): End | Unnameable {
  const cidrs = texts
    .map(parseAddress)
    .filter((address) => address !== null)
    .map(unmapped)
    .map(hostCidr);
  return cidrs.length === 0 ? unnameable(words, reason) : { kind: 'ranges', source, cidrs, words };
}

const unnameable = (words: PeerWords, reason: string): Unnameable => ({ kind: 'unnameable', reason, words });

/** `::ffff:192.0.2.1` is how a socket spells an IPv4 peer; on the wire, where policy looks, it is IPv4. */
function unmapped(address: Address): Address {
  const isMapped = address.family === 6 && address.value >> 32n === 0xffffn;
  return isMapped ? { family: 4, value: address.value & 0xffffffffn } : address;
}

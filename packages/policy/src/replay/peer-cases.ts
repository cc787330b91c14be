import type { Peer } from '@margay/model';
import { type AddressRange, formatRange } from '../address/address-range.ts';
import { createPeerIdentities, type PeerIdentity } from '../decide/peer-identity.ts';
import { serviceBackends } from '../decide/service-backends.ts';
import { lonePodEnd, rangesEnd } from '../engine/ends.ts';
import type { End } from '../model/packet.ts';
import { type AddressKinds, type AddressSample, createAddressKinds } from './address-kinds.ts';
import type { ViewPair } from './views.ts';

/** One end as each view's cluster sees it; the same object where they share one. */
export interface TwinEnd {
  readonly before: End;
  readonly after: End;
}
export interface PeerCase {
  readonly end: TwinEnd;
  /** Of a Service's backend, the port it listens on; null: the port of the edge. */
  readonly port: number | null;
  /** Tells this case from the others. */
  readonly what: string;
}
/** Everything that a recorded peer may have been, as far as policies can tell. */
export interface PeerCases {
  readonly cases: readonly PeerCase[];
  /** Why there are several. */
  readonly why: string;
  /** Why nobody knows what selects it; null: known. */
  readonly unidentified: string | null;
}

/** `asked`: protocol and port at a Service, whose backends depend on it. */
export type PeerCaseFinder = (peer: Peer, asked: { readonly protocol: number; readonly port: number }) => PeerCases;

export function createPeerCases({ before, after }: ViewPair): PeerCaseFinder {
  const kinds = createAddressKinds({ before, after });
  const identityOf = createPeerIdentities(before.cluster);
  const podRanges = before.cluster.pods.flatMap(({ isGoverned, ranges }) => (isGoverned ? ranges : []));
  let podSamples: readonly AddressSample[] | null = null;
  const endAt = ({ pod }: Pick<PeerIdentity, 'pod'>, ranges: readonly AddressRange[]): TwinEnd => {
    const [first, second] = [before.cluster, after.cluster].map((cluster) =>
      pod === null ? rangesEnd(cluster, ranges) : lonePodEnd(cluster, pod, ranges),
    ) as [End, End];
    return { before: first, after: before.cluster === after.cluster ? first : second };
  };
  const at = (identity: PeerIdentity, samples: readonly AddressSample[], port: number | null = null): PeerCase[] => {
    if (samples.length === 0) return [{ end: endAt(identity, []), port, what: '' }];
    return samples.map(({ address, part }) => ({ end: endAt(identity, [address]), port, what: part }));
  };
  return (peer, asked) => {
    const identity = identityOf(peer);
    const known = (why: string, samples: readonly AddressSample[]): PeerCases => {
      return { cases: at(identity, samples), why, unidentified: null };
    };
    switch (peer.kind) {
      case 'workload': {
        const name = `${peer.namespace}/${peer.name}`;
        if (identity.ranges.length > 0)
          return known(`policies tell the addresses of ${name} apart`, distinct(identity.ranges, kinds));
        podSamples ??= distinct(podRanges, kinds);
        return known(`${name} has no pods now, and policies go by address`, podSamples);
      }
      case 'node':
        if (identity.ranges.length === 0)
          return { ...known('', []), unidentified: `no address of node ${peer.name} is known` };
        return known(`policies tell the addresses of node ${peer.name} apart`, distinct(identity.ranges, kinds));
      case 'cidr':
        return known(`policies split ${peer.cidr}`, identity.ranges.flatMap(kinds.samplesOf));
      case 'external':
        return known('', distinct(identity.ranges, kinds));
      case 'unknown':
        return {
          ...known('', distinct(identity.ranges, kinds)),
          unidentified: `nothing in the cluster owned ${peer.address} at that moment`,
        };
      case 'service': {
        const { namespace, name } = peer;
        const backends = serviceBackends(before.cluster, { namespace, name, ...asked });
        const cases = backends.flatMap(({ pod, ranges, port }) => {
          const who = pod === null ? '' : `${pod.namespace}/${pod.name}`;
          return at({ pod, ranges }, distinct(ranges, kinds), port).map((one) => {
            return { ...one, what: [who, one.what].filter((part) => part !== '').join(' ') };
          });
        });
        if (cases.length === 0)
          return { ...known('', []), unidentified: `nothing is known to stand behind Service ${namespace}/${name}` };
        return {
          cases,
          why: `policies tell apart what stands behind Service ${namespace}/${name}`,
          unidentified: null,
        };
      }
    }
  };
}

/** One address of each kind. */
function distinct(ranges: readonly AddressRange[], { kindOf }: AddressKinds): readonly AddressSample[] {
  const samples = new Map<string, AddressSample>();
  for (const address of ranges) {
    const kind = kindOf(address);
    if (!samples.has(kind)) samples.set(kind, { address, part: formatRange(address) });
  }
  return [...samples.values()];
}

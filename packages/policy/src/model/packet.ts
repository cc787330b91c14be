import type { AddressRange } from '../address/address-range.ts';
import type { Member, Pod } from './cluster.ts';

/** A new connection after Service translation: `dst` is the backend and `dstPort` its own port. */
export interface Packet {
  readonly src: End;
  readonly dst: End;
  /** Null: not known, then no rule is passed over for its family. */
  readonly family: 4 | 6 | null;
  /** IANA number. */
  readonly protocol: number;
  /** Null where the protocol has none, or it is not known: then it is none of `ports` and none of `notPorts`. */
  readonly srcPort: number | null;
  readonly dstPort: number | null;
  readonly icmp: { readonly type: number; readonly code: number } | null;
}

/** One end, resolved once ({@link podEnd}, {@link addressEnd}). */
export interface End {
  /** The pod whose policies govern this end; null outside. */
  readonly pod: Pod | null;
  /** Usually one address. Empty: not known, then it lies in no net. Several: the end may have any of them, and one that matches is enough. */
  readonly ranges: readonly AddressRange[];
  /** Whatever selectors can find at this end: the pod, and all sets and host endpoints that hold the address. */
  readonly members: readonly Member[];
}

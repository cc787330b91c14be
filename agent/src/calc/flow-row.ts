import type { Hash64, Peer } from '@margay/model';
import type { Identity } from './identity.ts';

/** Most addresses a row carries (the wire's bound). */
export const ADDRESSES_MAX = 16;

/** What a row is about: a difference in any of these is another row. */
export interface FlowKey {
  /** Epoch seconds. */
  readonly windowStart: number;
  readonly src: Hash64;
  readonly dst: Hash64;
  /** Peer id of the Service addressed, or NO_ID. */
  readonly service: Hash64;
  readonly protocol: number;
  readonly port: number;
  readonly reporter: 'src' | 'dst';
  readonly action: 'allow' | 'deny';
  readonly evidence: 'kernel' | 'unanswered';
}

/** One row: sums, a minimum, a maximum and a bounded union, so that rows of one key add up in any order. */
export interface FlowRow extends FlowKey {
  readonly bytesForward: number;
  readonly packetsForward: number;
  readonly bytesReverse: number;
  readonly packetsReverse: number;
  readonly started: number;
  readonly completed: number;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  /** Sorted, the first {@link ADDRESSES_MAX} of all that were seen. */
  readonly addresses: readonly string[];
}

/** Rows of one key as one; the key is the first's. */
export function addRows(a: FlowRow, b: FlowRow): FlowRow {
  return {
    ...a,
    bytesForward: a.bytesForward + b.bytesForward,
    packetsForward: a.packetsForward + b.packetsForward,
    bytesReverse: a.bytesReverse + b.bytesReverse,
    packetsReverse: a.packetsReverse + b.packetsReverse,
    started: a.started + b.started,
    completed: a.completed + b.completed,
    firstSeenMs: Math.min(a.firstSeenMs, b.firstSeenMs),
    lastSeenMs: Math.max(a.lastSeenMs, b.lastSeenMs),
    addresses: uniteAddresses(a.addresses, b.addresses),
  };
}

/** Collects rows by key, with the peers they name. */
export class RowTable {
  readonly #rows = new Map<string, FlowRow>();
  readonly peers = new Map<Hash64, Peer>();

  add(row: FlowRow): void {
    const key = keyText(row);
    const known = this.#rows.get(key);
    this.#rows.set(key, known ? addRows(known, row) : row);
  }

  name(identity: Identity): Hash64 {
    this.peers.set(identity.id, identity.peer);
    return identity.id;
  }

  rows(): FlowRow[] {
    return [...this.#rows.values()];
  }
}

function keyText(k: FlowKey): string {
  return `${k.windowStart} ${k.src}${k.dst}${k.service} ${k.protocol}/${k.port} ${k.reporter} ${k.action} ${k.evidence}`;
}

function uniteAddresses(a: readonly string[], b: readonly string[]): readonly string[] {
  if (b.every((address) => a.includes(address))) return a;
  return [...new Set([...a, ...b])].sort().slice(0, ADDRESSES_MAX);
}

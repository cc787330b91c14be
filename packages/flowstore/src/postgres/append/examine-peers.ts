import { hash } from 'node:crypto';
import { canonicalPeer, type Hash64, MargayError, type Peer, splitHash64 } from '@margay/model';
import type { FlowBatch } from '@margay/wire';
import { IdSet } from './id-set.ts';

/** A definition that came with a batch, checked against its id. */
export interface DefinedPeer {
  readonly id: Hash64;
  readonly hi: number;
  readonly lo: number;
  readonly checkHi: number;
  readonly checkLo: number;
  readonly peer: Peer;
}

export interface ExaminedPeers {
  /** Definitions that this process has not seen committed, ordered by id: every transaction inserts in one order, so that none waits in a circle. */
  readonly fresh: readonly DefinedPeer[];
  /** Ids whose definition contradicts the known one. */
  readonly collisions: readonly Hash64[];
  /** Ids that rows name, not known here and not defined in this batch. */
  readonly unknown: readonly { hi: number; lo: number }[];
}

/**
 * Checks that each definition hashes to its id (so that an agent cannot rename a peer), and finds what must be asked of the database.
 *
 * @throws MargayError VALIDATION for a definition under a wrong id: the sender is broken, nothing of the batch can be trusted.
 */
export function examinePeers({ head, columns }: FlowBatch, known: IdSet): ExaminedPeers {
  const fresh = new Map<Hash64, DefinedPeer>();
  const collisions = new Set<Hash64>();
  const defined = new IdSet(head.peers.length);
  for (const { id, peer, salt } of head.peers) {
    const definition = digest(id, peer, salt ?? 0);
    const { hi, lo, checkHi, checkLo } = definition;
    if (known.contradicts(hi, lo, checkHi, checkLo) || defined.contradicts(hi, lo, checkHi, checkLo))
      collisions.add(id);
    else if (!known.has(hi, lo)) fresh.set(id, definition);
    defined.add(hi, lo, checkHi, checkLo);
  }
  const unknown: { hi: number; lo: number }[] = [];
  const asked = new IdSet();
  const ask = (his: Uint32Array, los: Uint32Array) => {
    for (let row = 0; row < his.length; row++) {
      const hi = his[row] ?? 0;
      const lo = los[row] ?? 0;
      if ((hi !== 0 || lo !== 0) && !known.has(hi, lo) && !defined.has(hi, lo) && asked.add(hi, lo))
        unknown.push({ hi, lo });
    }
  };
  ask(columns.srcHi, columns.srcLo);
  ask(columns.dstHi, columns.dstLo);
  ask(columns.serviceHi, columns.serviceLo);
  return {
    fresh: [...fresh.values()].sort((a, b) => a.hi - b.hi || a.lo - b.lo),
    collisions: [...collisions],
    unknown,
  };
}

/** As `hash64` of @margay/model, but the whole digest and by Node's own code, which is far faster. */
function digest(id: Hash64, peer: Peer, salt: number): DefinedPeer {
  const text = canonicalPeer(peer);
  const bytes = hash('sha256', salt === 0 ? text : `${salt}\u0000${text}`, 'buffer');
  const { hi, lo } = splitHash64(id);
  if (bytes.readUInt32BE(0) !== hi || bytes.readUInt32BE(4) !== lo)
    throw new MargayError('VALIDATION', `peer ${id}: the id is not the hash of its definition`);
  return { id, hi, lo, checkHi: bytes.readUInt32BE(8), checkLo: bytes.readUInt32BE(12), peer };
}

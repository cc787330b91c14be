import type { Peer } from '@margay/model';
import { isIpv6, networkOf } from './address.ts';
import { type Identity, identityOf } from './identity.ts';

/** A name that was not used for this long makes room for another. */
const IDLE_MS = 3_600_000;

/** What outside addresses become, narrow first: prefix lengths by family, and how many there may be. */
interface Level {
  readonly v4: number;
  readonly v6: number;
  readonly most: number;
}

/**
 * Names for addresses outside the cluster: each its own peer up to a cap, then the network around it, then a wider one, then the
 * whole family. What a bucket swallowed is counted by the caller (`swallowed`).
 */
export class ExternalTable {
  readonly #levels: readonly Level[];
  readonly #used: Map<string, { identity: Identity; usedAtMs: number }>[];

  constructor(peersMax: number) {
    this.#levels = [
      { v4: 32, v6: 128, most: peersMax },
      { v4: 24, v6: 64, most: Math.ceil(peersMax / 2) },
      { v4: 16, v6: 48, most: Math.ceil(peersMax / 2) },
      { v4: 0, v6: 0, most: 2 },
    ];
    this.#used = this.#levels.map(() => new Map());
  }

  /** The peer that stands for `address`. An address keeps its name while it is in use. */
  name(address: string, nowMs: number): { identity: Identity; swallowed: boolean } {
    for (const [index, level] of this.#levels.entries()) {
      const used = this.#used[index];
      if (!used) continue;
      const key = index === 0 ? address : networkOf(address, isIpv6(address) ? level.v6 : level.v4);
      const known = used.get(key);
      if (known) {
        known.usedAtMs = nowMs;
        return { identity: known.identity, swallowed: index > 0 };
      }
      if (used.size >= level.most) this.#prune(used, nowMs);
      if (used.size < level.most) {
        const peer: Peer = index === 0 ? { kind: 'external', address } : { kind: 'cidr', cidr: key };
        const identity = identityOf(peer);
        used.set(key, { identity, usedAtMs: nowMs });
        return { identity, swallowed: index > 0 };
      }
    }
    throw new Error('unreachable: the last level has room for both families');
  }

  #prune(used: Map<string, { usedAtMs: number }>, nowMs: number): void {
    for (const [key, { usedAtMs }] of used) if (nowMs - usedAtMs > IDLE_MS) used.delete(key);
  }
}

import type { Scope } from '../../contract.ts';
import { IdSet } from './id-set.ts';

/** Ids over all clusters; 16 bytes each, half of the slots empty. */
const IDS_MAX = 1_000_000;

/**
 * Peers that this process has seen committed, by cluster: what spares a lookup a batch. Bounded: the cluster used longest ago goes first.
 * Peers are immutable and never change their id, so nothing here gets stale while a cluster lives.
 */
export class KnownPeers {
  readonly #clusters = new Map<string, IdSet>();
  readonly #idsMax: number;

  constructor(idsMax = IDS_MAX) {
    this.#idsMax = idsMax;
  }

  of(scope: Scope): IdSet {
    const key = `${scope.orgId}/${scope.clusterId}`;
    const known = this.#clusters.get(key) ?? new IdSet();
    this.#clusters.delete(key);
    this.#clusters.set(key, known);
    return known;
  }

  /** Call after adding. */
  trim(): void {
    let total = 0;
    for (const set of this.#clusters.values()) total += set.size;
    for (const [key, set] of this.#clusters) {
      if (total <= this.#idsMax) return;
      this.#clusters.delete(key);
      total -= set.size;
    }
  }

  forget(scope: Scope): void {
    this.#clusters.delete(`${scope.orgId}/${scope.clusterId}`);
  }
}

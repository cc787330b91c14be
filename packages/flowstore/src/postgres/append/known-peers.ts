import type { Scope } from '../../contract.ts';
import { IdSet } from './id-set.ts';

/** Ids over all clusters; 16 bytes each, half of the slots empty. */
const IDS_MAX = 1_000_000;
/** Definitions that nothing refers to are deleted a day after somebody last asked for them (flow.sweep_peers): a memory must not live so long. */
const REMEMBERED_MS = 12 * 3_600_000;

/**
 * Peers that this process has seen committed, by cluster: what spares a lookup a batch. Bounded: the cluster used longest ago goes first.
 * Peers are immutable and never change their id; each cluster's memory starts anew twice a day, since peers out of use are deleted.
 */
export class KnownPeers {
  readonly #clusters = new Map<string, { readonly ids: IdSet; readonly bornMs: number }>();
  readonly #idsMax: number;

  constructor(idsMax = IDS_MAX) {
    this.#idsMax = idsMax;
  }

  of(scope: Scope, nowMs: number): IdSet {
    const key = `${scope.orgId}/${scope.clusterId}`;
    const found = this.#clusters.get(key);
    const isFresh = found && Math.abs(nowMs - found.bornMs) < REMEMBERED_MS;
    const known = isFresh ? found : { ids: new IdSet(), bornMs: nowMs };
    this.#clusters.delete(key);
    this.#clusters.set(key, known);
    return known.ids;
  }

  /** Call after adding. */
  trim(): void {
    let total = 0;
    for (const { ids } of this.#clusters.values()) total += ids.size;
    for (const [key, { ids }] of this.#clusters) {
      if (total <= this.#idsMax) return;
      this.#clusters.delete(key);
      total -= ids.size;
    }
  }

  forget(scope: Scope): void {
    this.#clusters.delete(`${scope.orgId}/${scope.clusterId}`);
  }
}

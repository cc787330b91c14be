import type { Hash64 } from '@margay/model';

const KNOWN_MAX = 200_000;

/** Ids of peers whose definition the console has. Forgetting one costs a definition sent twice, nothing else. */
export class KnownPeers {
  #ids = new Set<Hash64>();

  has(id: Hash64): boolean {
    return this.#ids.has(id);
  }

  add(ids: Iterable<Hash64>): void {
    for (const id of ids) this.#ids.add(id);
    if (this.#ids.size > KNOWN_MAX) this.#ids = new Set();
  }

  remove(ids: Iterable<Hash64>): void {
    for (const id of ids) this.#ids.delete(id);
  }
}

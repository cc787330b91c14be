import { type Hash64, NO_ID, Peer } from '@margay/model';
import type { ReadSession } from './session.ts';

const PEERS_MAX = 100_000;

/** Definitions by cluster and id. They are immutable, so a process keeps those it has read; the cluster used longest ago goes first. */
export class PeerCache {
  readonly #clusters = new Map<string, Map<Hash64, Peer>>();

  /** Definitions of `ids`; one that is still on its way is absent. */
  async load(session: ReadSession, ids: Iterable<Hash64>): Promise<Map<Hash64, Peer>> {
    const cluster = `${session.scope.orgId}/${session.scope.clusterId}`;
    const known = this.#clusters.get(cluster) ?? new Map<Hash64, Peer>();
    this.#clusters.delete(cluster);
    this.#clusters.set(cluster, known);
    const found = new Map<Hash64, Peer>();
    const missing = new Set<Hash64>();
    for (const id of ids) {
      if (id === NO_ID || found.has(id)) continue;
      const peer = known.get(id);
      if (peer) found.set(id, peer);
      else missing.add(id);
    }
    if (missing.size > 0)
      for (const [id, peer] of await read(session, [...missing])) {
        found.set(id, peer);
        known.set(id, peer);
      }
    this.#trim(known);
    return found;
  }

  #trim(newest: Map<Hash64, Peer>): void {
    let total = 0;
    for (const { size } of this.#clusters.values()) total += size;
    for (const [cluster, peers] of this.#clusters) {
      if (total <= PEERS_MAX) return;
      total -= peers.size;
      // One that is too large by itself begins anew.
      if (peers === newest) peers.clear();
      else this.#clusters.delete(cluster);
    }
  }
}

async function read({ client, scope }: ReadSession, ids: readonly Hash64[]): Promise<[Hash64, Peer][]> {
  const { rows } = await client.query<{ id: string; peer: unknown }>({
    name: 'flow-peers',
    text: `SELECT lpad(to_hex(id), 16, '0') AS id, peer FROM flow.peers
      WHERE org_id = $1 AND cluster_id = $2 AND id = ANY ($3::bigint[])`,
    values: [scope.orgId, scope.clusterId, ids.map((id) => BigInt.asIntN(64, BigInt(`0x${id}`)).toString())],
  });
  return rows.map(({ id, peer }) => [id, Peer.parse(peer)]);
}

import { type Hash64, NO_ID, Peer } from '@margay/model';
import type { ReadSession } from './session.ts';

const PEERS_MAX = 100_000;

/** Definitions by cluster and id. They are immutable, so a process keeps those it has read; the oldest go first. */
export class PeerCache {
  readonly #peers = new Map<string, Peer>();

  /** Definitions of `ids`; one that is still on its way is absent. */
  async load(session: ReadSession, ids: Iterable<Hash64>): Promise<Map<Hash64, Peer>> {
    const prefix = `${session.scope.orgId}/${session.scope.clusterId}/`;
    const found = new Map<Hash64, Peer>();
    const missing = new Set<Hash64>();
    for (const id of new Set(ids)) {
      if (id === NO_ID) continue;
      const peer = this.#peers.get(prefix + id);
      if (peer) found.set(id, peer);
      else missing.add(id);
    }
    if (missing.size > 0)
      for (const [id, peer] of await read(session, [...missing])) {
        found.set(id, peer);
        this.#peers.set(prefix + id, peer);
      }
    for (const key of this.#peers.keys()) {
      if (this.#peers.size <= PEERS_MAX) break;
      this.#peers.delete(key);
    }
    return found;
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

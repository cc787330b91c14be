import { type Hash64, joinHash64 } from '@margay/model';
import type pg from 'pg';
import type { Scope } from '../../contract.ts';
import { namesOf } from '../../merge/filter.ts';
import type { DefinedPeer, ExaminedPeers } from './examine-peers.ts';

export interface PeerOutcome {
  readonly committed: readonly DefinedPeer[];
  /** Known to the database, new to this process. */
  readonly learnt: readonly { hi: number; lo: number; checkHi: number; checkLo: number }[];
  readonly unknown: readonly Hash64[];
  readonly collisions: readonly Hash64[];
}

/** Stores new definitions and asks for the rest, in the transaction of `client` (role margay_ingest: it may insert, and ask `known_peers`; not read). */
export async function insertPeers(client: pg.ClientBase, scope: Scope, peers: ExaminedPeers): Promise<PeerOutcome> {
  const { fresh, unknown } = peers;
  const inserted = fresh.length > 0 ? await insert(client, scope, fresh) : 0;
  // Nobody had any of them: nothing to compare.
  if (inserted === fresh.length && unknown.length === 0)
    return { committed: fresh, learnt: [], unknown: [], collisions: peers.collisions };
  const ids = [...fresh, ...unknown].map(({ hi, lo }) => signed(hi, lo));
  const { rows } = await client.query<{ id: string; text_check: string }>({
    name: 'known-peers',
    text: 'SELECT id, text_check FROM flow.known_peers($1, $2, $3)',
    values: [scope.orgId, scope.clusterId, ids],
  });
  const checks = new Map(rows.map((row) => [row.id, row.text_check]));
  const collided = fresh.filter((peer) => checks.get(signed(peer.hi, peer.lo)) !== signed(peer.checkHi, peer.checkLo));
  return {
    committed: fresh.filter((peer) => !collided.includes(peer)),
    learnt: unknown.flatMap(({ hi, lo }) => {
      const check = checks.get(signed(hi, lo));
      return check === undefined ? [] : [{ hi, lo, ...halves(check) }];
    }),
    unknown: unknown.filter(({ hi, lo }) => !checks.has(signed(hi, lo))).map(({ hi, lo }) => joinHash64(hi, lo)),
    collisions: [...peers.collisions, ...collided.map(({ id }) => id)],
  };
}

async function insert(client: pg.ClientBase, scope: Scope, peers: readonly DefinedPeer[]): Promise<number> {
  const names = peers.map(({ peer }) => namesOf(peer));
  const { rowCount } = await client.query({
    name: 'insert-peers',
    text: `INSERT INTO flow.peers (org_id, cluster_id, id, text_check, kind, namespace, name, peer)
      SELECT $1, $2, * FROM unnest($3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::json[])
      ON CONFLICT DO NOTHING`,
    values: [
      scope.orgId,
      scope.clusterId,
      peers.map(({ hi, lo }) => signed(hi, lo)),
      peers.map(({ checkHi, checkLo }) => signed(checkHi, checkLo)),
      peers.map(({ peer }) => peer.kind),
      names.map(({ namespace }) => namespace),
      names.map(({ name }) => name),
      peers.map(({ peer }) => JSON.stringify(peer)),
    ],
  });
  return rowCount ?? 0;
}

/** Two u32 as the text of a bigint column. */
export function signed(hi: number, lo: number): string {
  return BigInt.asIntN(64, (BigInt(hi) << 32n) | BigInt(lo)).toString();
}

function halves(bigint: string): { checkHi: number; checkLo: number } {
  const unsigned = BigInt.asUintN(64, BigInt(bigint));
  return { checkHi: Number(unsigned >> 32n), checkLo: Number(unsigned & 0xffffffffn) };
}

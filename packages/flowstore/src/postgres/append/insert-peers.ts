import { type Hash64, joinHash64, MargayError } from '@margay/model';
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
  /** Not stored: the cluster's quota is used up. */
  readonly surplus: readonly Hash64[];
  /** Definitions that were not there before. */
  readonly added: number;
}

/**
 * Stores new definitions, `room` of them at most, and asks for the rest, in the transaction of `client` (role margay_ingest: it may insert, and ask `known_peers`; not read).
 *
 * @throws MargayError UNAVAILABLE where a definition was deleted at this very moment.
 */
export async function insertPeers(
  client: pg.ClientBase,
  scope: Scope,
  peers: ExaminedPeers,
  room: number,
): Promise<PeerOutcome> {
  const { fresh, unknown } = peers;
  // What stands already needs no room: where that is short, it is asked for first.
  const before = room < fresh.length ? await ask(client, scope, fresh) : new Map<string, string>();
  const wanted = fresh.filter((peer) => !before.has(idOf(peer)));
  const insertable = wanted.slice(0, room);
  const surplus = wanted.slice(room);
  const added = insertable.length > 0 ? await insert(client, scope, insertable) : 0;
  const settled = surplus.length === 0 ? fresh : fresh.filter((peer) => !surplus.includes(peer));
  // Nobody had any of them: nothing to compare.
  if (added === settled.length && unknown.length === 0)
    return {
      committed: settled,
      learnt: [],
      unknown: [],
      collisions: peers.collisions,
      surplus: idsOf(surplus),
      added,
    };
  const checks = await ask(client, scope, [...settled, ...unknown]);
  if (settled.some((peer) => !checks.has(idOf(peer))))
    throw new MargayError('UNAVAILABLE', 'a definition was deleted just now: send the batch again');
  const collided = settled.filter((peer) => checks.get(idOf(peer)) !== signed(peer.checkHi, peer.checkLo));
  return {
    committed: settled.filter((peer) => !collided.includes(peer)),
    learnt: unknown.flatMap((peer) => {
      const check = checks.get(idOf(peer));
      return check === undefined ? [] : [{ ...peer, ...halves(check) }];
    }),
    unknown: unknown.filter((peer) => !checks.has(idOf(peer))).map(({ hi, lo }) => joinHash64(hi, lo)),
    collisions: [...peers.collisions, ...idsOf(collided)],
    surplus: idsOf(surplus),
    added,
  };
}

type Id = { readonly hi: number; readonly lo: number };
const idOf = ({ hi, lo }: Id): string => signed(hi, lo);
const idsOf = (peers: readonly DefinedPeer[]): Hash64[] => peers.map(({ id }) => id);

/** The check values of those ids that have a definition; from now on none of them is deleted for a day. */
async function ask(client: pg.ClientBase, scope: Scope, ids: readonly Id[]): Promise<Map<string, string>> {
  const { rows } = await client.query<{ id: string; text_check: string }>({
    name: 'known-peers',
    text: 'SELECT id, text_check FROM flow.known_peers($1, $2, $3)',
    values: [scope.orgId, scope.clusterId, ids.map(idOf)],
  });
  return new Map(rows.map((row) => [row.id, row.text_check]));
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

import type { ConnectionPool } from './connection-pool.ts';
import type { ConnectivityTable } from './connectivity-table.ts';
import { CONTROLLER } from './ingress-controller.ts';
import { createWording, externalPeer, type Wording, wordFamilies, wordOutside } from './word-connections.ts';

/** One line of np-guard's `list`. */
export interface ConnectionRow {
  /** `namespace/name[Kind]`, `a.b.c.d-e.f.g.h[External]` (IPv6 likewise) or `{ingress-controller}`. */
  readonly src: string;
  readonly dst: string;
  /** See `formatConnections`. */
  readonly conn: string;
}

/** All pairs with a connection, sorted by source, then destination; made one source at a time, as there may be millions. */
export function* listConnections(table: ConnectivityTable, pool: ConnectionPool): Generator<ConnectionRow> {
  const text = createWording(table.vocabulary, pool);
  const { workloads } = table;
  const incoming = workloads.flatMap((name, place) =>
    outsideRows(table, place, 'ingress', text).map(([range, conn]) => ({ src: range, dst: name, conn })),
  );
  const fromOutside = new Map<string, ConnectionRow[]>();
  for (const row of incoming) fromOutside.set(row.src, [...(fromOutside.get(row.src) ?? []), row]);
  const sources: (readonly [string, number | null])[] = [
    ...workloads.map((name, place) => [name, place] as const),
    ...[...fromOutside.keys()].map((range) => [range, null] as const),
  ];
  sources.sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [src, place] of sources) {
    if (place === null) yield* fromOutside.get(src) ?? [];
    else yield* rowsFrom(table, place, text);
  }
  for (const [place, dst] of workloads.entries()) {
    const conn = text(table.fromController(place));
    if (conn !== null) yield { src: CONTROLLER, dst, conn };
  }
}

function* rowsFrom(table: ConnectivityTable, place: number, text: Wording): Generator<ConnectionRow> {
  const src = table.workloads[place] ?? '';
  const outgoing = outsideRows(table, place, 'egress', text);
  let next = 0;
  for (const [other, dst] of table.workloads.entries()) {
    for (
      let [range, conn] = outgoing[next] ?? [];
      range !== undefined && conn !== undefined && range < dst;
      [range, conn] = outgoing[next] ?? []
    ) {
      yield { src, dst: range, conn };
      next++;
    }
    if (other === place) continue;
    const conn = wordFamilies(table.between(place, other), text);
    if (conn !== null) yield { src, dst, conn };
  }
  for (const [range, conn] of outgoing.slice(next)) yield { src, dst: range, conn };
}

/** `[peer, connections]`, sorted by the text of the peer. */
function outsideRows(
  table: ConnectivityTable,
  place: number,
  direction: 'ingress' | 'egress',
  text: Wording,
): (readonly [string, string])[] {
  return [...wordOutside(table.outside(place, direction), text)]
    .flatMap(([conn, addresses]) =>
      table.grids[direction].divide(addresses).map((range) => [externalPeer(range), conn] as const),
    )
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

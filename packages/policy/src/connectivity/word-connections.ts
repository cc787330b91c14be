import { formatAddress } from '../address/address.ts';
import type { AddressRange } from '../address/address-range.ts';
import { type AddressSet, NO_ADDRESSES, unionAddresses } from '../sets/address-set.ts';
import { formatConnections, isSilent, type Vocabulary } from '../sets/format-connections.ts';
import { type ConnectionPool, NONE } from './connection-pool.ts';
import type { ByFamily, Outside } from './connectivity-table.ts';

/** Connections by their pool number as text; null where there is nothing to say. */
export type Wording = (connections: number) => string | null;

/** Words each set once. */
export function createWording(vocabulary: Vocabulary, pool: ConnectionPool): Wording {
  const known = new Map<number, string | null>();
  return (id) => {
    const text = known.get(id);
    if (text !== undefined) return text;
    const set = pool.setOf(id);
    const fresh = id === NONE || isSilent(set, vocabulary) ? null : formatConnections(set, vocabulary);
    known.set(id, fresh);
    return fresh;
  };
}

/** Where the families differ each is named, as `TCP 80 over IPv4; All Connections over IPv6`. */
export function wordFamilies(entries: ByFamily, text: Wording): string | null {
  const [only] = entries;
  if (entries.length === 1 && only !== undefined) return text(only.connections);
  const parts = entries.flatMap(({ family, connections }) => {
    const conn = text(connections);
    return conn === null ? [] : [family === null ? conn : `${conn} over IPv${family}`];
  });
  return parts.length === 0 ? null : parts.join('; ');
}

/** Outside addresses by the text of what they may do: sets that read the same are one. */
export function wordOutside(list: readonly Outside[], text: Wording): ReadonlyMap<string, AddressSet> {
  const byText = new Map<string, AddressSet>();
  for (const { addresses, connections } of list) {
    const conn = text(connections);
    if (conn !== null) byText.set(conn, unionAddresses(byText.get(conn) ?? NO_ADDRESSES, addresses));
  }
  return byText;
}

/** The name of outside addresses as a peer, `10.0.0.0-10.255.255.255[External]`. */
export function externalPeer({ family, first, last }: AddressRange): string {
  return `${formatAddress({ family, value: first })}-${formatAddress({ family, value: last })}[External]`;
}

import { createAddressGrid } from '../connectivity/address-grid.ts';
import { createConnectionPool } from '../connectivity/connection-pool.ts';
import { type ConnectivityTable, createConnectivityTable } from '../connectivity/connectivity-table.ts';
import { CONTROLLER } from '../connectivity/ingress-controller.ts';
import type { HostNetwork } from '../connectivity/spot.ts';
import {
  createWording,
  externalPeer,
  type Wording,
  wordFamilies,
  wordOutside,
} from '../connectivity/word-connections.ts';
import type { ClusterModel } from '../model/cluster.ts';
import type { PolicySet } from '../model/policy.ts';
import type { AddressSet } from '../sets/address-set.ts';
import { divideOutside } from './divide-outside.ts';

/** One line of np-guard's `diff`. */
export interface DiffRow {
  readonly type: 'changed' | 'added' | 'removed';
  readonly source: string;
  readonly destination: string;
  /** Connections before and after, `No Connections` where there are none. */
  readonly before: string;
  readonly after: string;
  /** `workload a and b added` where an end is there on one side only; else empty. */
  readonly workloads: string;
}
export interface ConnectivityDiff {
  readonly rows: readonly DiffRow[];
  /** Workloads that only the second, and only the first, has. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** What there is to compare. */
export interface DiffSide {
  readonly cluster: ClusterModel;
  readonly policies: PolicySet;
}

/** Changes are shown by the widest ranges. */
const WHOLE = createAddressGrid([]);
const NOTHING = 'No Connections';

/** How connectivity differs: by pair, and by the widest ranges of outside addresses that change alike. */
export function diffConnectivity(
  before: DiffSide,
  after: DiffSide,
  { hostNetwork = 'nodes' }: { readonly hostNetwork?: HostNetwork } = {},
): ConnectivityDiff {
  const pool = createConnectionPool();
  const tableOf = ({ cluster, policies }: DiffSide, ipv6: boolean) =>
    createConnectivityTable(cluster, policies, { scope: 'enforced', pool, ipv6, hostNetwork });
  const first = [tableOf(before, false), tableOf(after, false)] as const;
  // IPv6 that one side speaks of was there before, or after, as well.
  const ipv6 = first.some(({ families }) => families.includes(6));
  const tables = first.map((table, place) =>
    table.families.includes(6) === ipv6 ? table : tableOf(place === 0 ? before : after, ipv6),
  );
  const vocabulary = tables.some((table) => table.vocabulary === 'protocols') ? 'protocols' : 'ports';
  const text = createWording(vocabulary, pool);
  const [a, b] = tables.map((table) => readSide(table, text));
  if (a === undefined || b === undefined) throw new RangeError('two sides are compared');
  const names = [...new Set([...a.places.keys(), ...b.places.keys()])].sort();
  const rows = names.flatMap((name) => [
    ...names.flatMap((other) =>
      name === other ? [] : compare(a, b, name, other, [a.pair(name, other), b.pair(name, other)]),
    ),
    ...outsideRows(a, b, name),
    ...compare(a, b, CONTROLLER, name, [a.controller(name), b.controller(name)]),
  ]);
  return {
    rows: rows.sort(byOrder),
    added: names.filter((name) => !a.places.has(name)),
    removed: names.filter((name) => !b.places.has(name)),
  };
}

interface Side {
  readonly places: ReadonlyMap<string, number>;
  readonly pair: (src: string, dst: string) => string | null;
  readonly outside: (name: string, direction: 'ingress' | 'egress') => ReadonlyMap<string, AddressSet>;
  readonly controller: (name: string) => string | null;
}

function readSide(table: ConnectivityTable, text: Wording): Side {
  const places = new Map(table.workloads.map((name, place) => [name, place]));
  return {
    places,
    pair: (src, dst) => {
      const [from, to] = [places.get(src), places.get(dst)];
      return from === undefined || to === undefined ? null : wordFamilies(table.between(from, to), text);
    },
    outside: (name, direction) => {
      const place = places.get(name);
      return place === undefined ? new Map() : wordOutside(table.outside(place, direction), text);
    },
    controller: (name) => {
      const place = places.get(name);
      return place === undefined ? null : text(table.fromController(place));
    },
  };
}

function compare(
  a: Side,
  b: Side,
  source: string,
  destination: string,
  [before, after]: readonly [string | null, string | null],
): DiffRow[] {
  if (before === after) return [];
  const type = before === null ? 'added' : after === null ? 'removed' : 'changed';
  const other = type === 'added' ? a : b;
  const isWorkload = (name: string) => name !== CONTROLLER && !name.endsWith('[External]');
  const alone =
    type === 'changed' ? [] : [source, destination].filter((name) => isWorkload(name) && !other.places.has(name));
  return [
    {
      type,
      source,
      destination,
      before: before ?? NOTHING,
      after: after ?? NOTHING,
      workloads: alone.length === 0 ? '' : `workload ${alone.join(' and ')} ${type}`,
    },
  ];
}

function outsideRows(a: Side, b: Side, name: string): DiffRow[] {
  return (['ingress', 'egress'] as const).flatMap((direction) =>
    divideOutside(a.outside(name, direction), b.outside(name, direction)).flatMap(({ addresses, before, after }) =>
      WHOLE.divide(addresses)
        .map(externalPeer)
        .flatMap((peer) => {
          const [source, destination] = direction === 'egress' ? [name, peer] : [peer, name];
          return compare(a, b, source, destination, [before, after]);
        }),
    ),
  );
}

const TYPES = ['changed', 'added', 'removed'] as const;

/** As np-guard has it: what an ingress controller sends comes last; within each part changed, added, removed. */
function byOrder(x: DiffRow, y: DiffRow): number {
  const rank = ({ type, source }: DiffRow) => TYPES.indexOf(type) + (source === CONTROLLER ? TYPES.length : 0);
  const key = ({ source, destination }: DiffRow) => `${source},${destination}`;
  return rank(x) - rank(y) || (key(x) < key(y) ? -1 : 1);
}

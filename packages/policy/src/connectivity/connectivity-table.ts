import type { ClusterModel } from '../model/cluster.ts';
import type { Direction, PolicySet } from '../model/policy.ts';
import { type AddressSet, NO_ADDRESSES, unionAddresses } from '../sets/address-set.ts';
import type { Vocabulary } from '../sets/format-connections.ts';
import { type ConnectionPool, NONE } from './connection-pool.ts';
import { type EndClass, fits } from './end-classes.ts';
import { controllerTargets } from './ingress-controller.ts';
import { type Prepared, type PrepareOptions, prepare } from './prepare.ts';

/** Connections as pool numbers. Where IPv4 and IPv6 differ there is one entry for each, else one of family null. */
export type ByFamily = readonly { readonly family: 4 | 6 | null; readonly connections: number }[];

export interface Outside {
  readonly addresses: AddressSet;
  readonly connections: number;
}

/** Who may connect to whom, computed when asked; workloads by their place in the list. */
export interface ConnectivityTable {
  /** `namespace/name[Kind]`, sorted. */
  readonly workloads: readonly string[];
  /** How the sets are to be worded. */
  readonly vocabulary: Vocabulary;
  /** Families of outside addresses that are looked at. */
  readonly families: readonly (4 | 6)[];
  readonly grids: Prepared['grids'];
  readonly between: (src: number, dst: number) => ByFamily;
  /** What a workload may get from outside (ingress) or reach there (egress), by address; addresses without any connection left out. */
  readonly outside: (workload: number, direction: Direction) => readonly Outside[];
  /** What an ingress controller may send a workload, by Ingress and Route objects and by policies. */
  readonly fromController: (workload: number) => number;
  /** Workloads whose pods are not all treated alike, as far as asked: a pair has what any of its pods has. */
  readonly uneven: () => readonly string[];
}

export function createConnectivityTable(
  cluster: ClusterModel,
  policySet: PolicySet,
  options: PrepareOptions,
): ConnectivityTable {
  const prepared = prepare(cluster, policySet, options);
  const { workloads, connect, controller } = prepared;
  const { pool } = options;
  const uneven = new Set<string>();
  const targets = controllerTargets(cluster);
  const at = (place: number) => {
    const entry = workloads[place];
    if (entry === undefined) throw new RangeError(`no workload ${place}`);
    return entry;
  };
  return {
    workloads: workloads.map(({ name }) => name),
    vocabulary: prepared.vocabulary,
    families: prepared.families,
    grids: prepared.grids,
    between: (src, dst) => {
      const [from, to] = [at(src), at(dst)];
      const [a, b] = [from.classes[0], to.classes[0]];
      if (from.classes.length === 1 && to.classes.length === 1 && a !== undefined && b !== undefined)
        return fits(a, b) ? [{ family: null, connections: connect(a, b) }] : [];
      const onUneven = (end: 'src' | 'dst') => uneven.add(end === 'src' ? from.name : to.name);
      return joinPairs(from.classes, to.classes, { connect, pool, onUneven });
    },
    outside: (workload, direction) => {
      const { name, classes } = at(workload);
      return joinOutside(classes, { prepared, direction, pool, onUneven: () => uneven.add(name) });
    },
    fromController: (place) => {
      const { workload, classes } = at(place);
      const wanted = targets.get(workload);
      if (wanted === undefined) return NONE;
      return pool.intersect(pool.idOf(wanted), classes.map((own) => connect(controller, own)).reduce(pool.union, NONE));
    },
    uneven: () => [...uneven].sort(),
  };
}

interface OutsideContext {
  readonly prepared: Prepared;
  readonly direction: Direction;
  readonly pool: ConnectionPool;
  readonly onUneven: () => void;
}

function joinOutside(
  own: readonly EndClass[],
  { prepared, direction, pool, onUneven }: OutsideContext,
): readonly Outside[] {
  const byConnections = new Map<number, AddressSet>();
  for (const [other, addresses] of prepared.outside) {
    const sets = own
      .filter((one) => fits(one, other))
      .map((one) => (direction === 'egress' ? prepared.connect(one, other) : prepared.connect(other, one)));
    const connections = sets.reduce(pool.union, NONE);
    if (sets.some((set) => set !== connections)) onUneven();
    if (connections !== NONE)
      byConnections.set(connections, unionAddresses(byConnections.get(connections) ?? NO_ADDRESSES, addresses));
  }
  return [...byConnections].map(([connections, addresses]) => ({ connections, addresses }));
}

interface PairContext {
  readonly connect: (src: EndClass, dst: EndClass) => number;
  readonly pool: ConnectionPool;
  readonly onUneven: (end: 'src' | 'dst') => void;
}

/** Workloads with several classes: each pair of classes that can meet, joined by family. */
function joinPairs(
  from: readonly EndClass[],
  to: readonly EndClass[],
  { connect, pool, onUneven }: PairContext,
): ByFamily {
  const found = new Map<4 | 6 | null, number>();
  const seen = new Map<string, number>();
  const compare = (key: string, connections: number, end: 'src' | 'dst') => {
    if ((seen.get(key) ?? connections) !== connections) onUneven(end);
    seen.set(key, connections);
  };
  for (const a of from) {
    for (const b of to.filter((one) => fits(a, one))) {
      const family = a.spot.family ?? b.spot.family;
      const connections = connect(a, b);
      found.set(family, pool.union(found.get(family) ?? NONE, connections));
      compare(`to ${b.id} ${family}`, connections, 'src');
      compare(`from ${a.id} ${family}`, connections, 'dst');
    }
  }
  const entries = [...found].map(([family, connections]) => ({ family, connections }));
  const [first] = entries;
  const agree = entries.every(({ connections }) => connections === first?.connections);
  return agree && first !== undefined ? [{ family: null, connections: first.connections }] : entries;
}

import type { ClusterModel, Workload } from '../model/cluster.ts';
import type { Direction, PolicySet } from '../model/policy.ts';
import { type AddressSet, NO_ADDRESSES, unionAddresses } from '../sets/address-set.ts';
import type { Vocabulary } from '../sets/format-connections.ts';
import { interval } from '../sets/intervals.ts';
import { addressCuts, namedRanges, speaksOfIpv6 } from './address-cuts.ts';
import { type AddressGrid, createAddressGrid } from './address-grid.ts';
import { type CompiledRule, compileRules, type SideTerm } from './compile-rules.ts';
import { type ConnectionPool, NONE } from './connection-pool.ts';
import { createDirectionRows } from './direction-rows.ts';
import { classifyEnds, type EndClass } from './end-classes.ts';
import { controllerSpot } from './ingress-controller.ts';
import { namesOtherProtocol } from './rule-base.ts';
import { type HostNetwork, outsideSpot, type Spot, workloadSpots } from './spot.ts';
import type { StepsInput } from './tier-steps.ts';

export interface PrepareOptions {
  /** `pending` takes staged policies as enforced. */
  readonly scope: 'enforced' | 'pending';
  readonly pool: ConnectionPool;
  /** Look at IPv6 addresses outside even where nothing speaks of them. */
  readonly ipv6?: boolean;
  readonly hostNetwork: HostNetwork;
}

/** A cluster sorted into classes of ends that its policies do not tell apart. */
export interface Prepared {
  /** Sorted by name, `namespace/name[Kind]`. */
  readonly workloads: readonly {
    readonly name: string;
    readonly workload: Workload;
    readonly classes: readonly EndClass[];
  }[];
  /** The addresses outside the cluster, by class. */
  readonly outside: ReadonlyMap<EndClass, AddressSet>;
  readonly families: readonly (4 | 6)[];
  /** Where policies themselves name blocks of the addresses at the other end; network sets, often of thousands, divide only what they treat differently. */
  readonly grids: Readonly<Record<Direction, AddressGrid>>;
  readonly controller: EndClass;
  readonly vocabulary: Vocabulary;
  /** What rows are made of; for who wants to know which rule decides. */
  readonly steps: StepsInput;
  /** What egress policies of the one and ingress policies of the other both allow, as a pool number. */
  readonly connect: (src: EndClass, dst: EndClass) => number;
}

export function prepare(cluster: ClusterModel, policySet: PolicySet, options: PrepareOptions): Prepared {
  const { scope, pool } = options;
  const tiers = policySet[scope];
  const policies = tiers.flatMap((tier) => tier.policies);
  const { rules, terms } = compileRules(policies, pool);
  const grid = createAddressGrid(addressCuts(terms, cluster));
  const peerGrid = (direction: Direction) => createAddressGrid(namedRanges(peerTerms(rules[direction], terms)));
  const workloads = cluster.workloads
    .map((workload) => ({
      name: nameOf(workload),
      workload,
      spots: workloadSpots(workload, cluster, options.hostNetwork),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const inside = workloads.flatMap(({ spots }) => spots);
  const families = outsideFamilies(options.ipv6 === true || speaksOfIpv6(terms, cluster), inside);
  const cells = families.flatMap(grid.cellsOf).map((cell) => outsideSpot(cell, cluster));
  const controller = controllerSpot();
  const classes = classifyEnds([...inside, ...cells, controller], { cluster, policies, terms, grid, pool });
  const steps = { tiers, policies, rules, classes, pool };
  const row = createDirectionRows(steps);
  const speaksOfOthers = policies.some((policy) =>
    [...policy.rules.ingress, ...policy.rules.egress].some(namesOtherProtocol),
  );
  return {
    workloads: workloads.map(({ name, workload, spots }) => ({
      name,
      workload,
      classes: [...new Set(spots.map(classes.of))],
    })),
    outside: addressesByClass(cells, classes.of),
    families,
    grids: { ingress: peerGrid('ingress'), egress: peerGrid('egress') },
    controller: classes.of(controller),
    vocabulary: speaksOfOthers ? 'protocols' : 'ports',
    steps,
    connect: (src, dst) => pool.intersect(row(src, 'egress')[dst.id] ?? NONE, row(dst, 'ingress')[src.id] ?? NONE),
  };
}

function peerTerms(rules: readonly (readonly CompiledRule[])[], terms: readonly SideTerm[]): SideTerm[] {
  const places = new Set(rules.flat().map(({ peerTerm }) => peerTerm));
  return terms.filter((_, place) => places.has(place));
}

const nameOf = ({ namespace, name, kind }: Workload) => `${namespace}/${name}[${kind}]`;

/** IPv4 always; IPv6 where a policy names some of it, or pods have no other address. */
function outsideFamilies(wanted: boolean, spots: readonly Spot[]): readonly (4 | 6)[] {
  const families = new Set(spots.map(({ family }) => family));
  return wanted || (families.has(6) && !families.has(4) && !families.has(null)) ? [4, 6] : [4];
}

function addressesByClass(cells: readonly Spot[], classOf: (spot: Spot) => EndClass): Map<EndClass, AddressSet> {
  const grouped = new Map<EndClass, AddressSet>();
  for (const cell of cells) {
    const [range] = cell.end.ranges;
    if (range === undefined) continue;
    const block = interval(range.first, range.last + 1n);
    const addresses = range.family === 4 ? { v4: block, v6: [] } : { v4: [], v6: block };
    const own = classOf(cell);
    grouped.set(own, unionAddresses(grouped.get(own) ?? NO_ADDRESSES, addresses));
  }
  return grouped;
}

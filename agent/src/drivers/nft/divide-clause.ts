import type { Clause, NumberRange } from '@margay/policy';

/** A clause, or a part of one, that a single rule can match. */
export interface Branch {
  readonly protocols: readonly NumberRange[] | null;
  readonly destinationPorts: readonly NumberRange[] | null;
  readonly sourcePorts: readonly NumberRange[] | null;
  readonly icmp: readonly NumberRange[] | null;
}

const ALL: readonly NumberRange[] = [{ first: 0, last: 255 }];
/** TCP, UDP, SCTP, UDP-Lite: what the kernel would read as ports in any other protocol are none. */
const PORTED = [6, 17, 132, 136].map((one) => ({ first: one, last: one }));
const ICMP = [1, 58].map((one) => ({ first: one, last: one }));

/** Rules that a part of a clause may take; beyond, its ranges are put into sets. */
const RULES_MAX = 8;
const CONDITIONS = ['protocols', 'destinationPorts', 'sourcePorts', 'icmp'] as const;

/**
 * A packet matches the clause when it matches one of the branches. Ranges have branches of their own where they are few: every set without a name makes
 * the kernel's work for each further one longer, so that ten thousand of them take half a minute.
 */
export function divideClause(clause: Clause): Branch[] {
  return divideKinds(clause).flatMap((branch) =>
    CONDITIONS.toSorted((a, b) => (branch[a]?.length ?? 0) - (branch[b]?.length ?? 0)).reduce(divideRanges, [branch]),
  );
}

function divideRanges(branches: readonly Branch[], condition: keyof Branch): Branch[] {
  const ranges = branches[0]?.[condition]?.length ?? 0;
  if (ranges < 2 || ranges * branches.length > RULES_MAX) return [...branches];
  return branches.flatMap((branch) => (branch[condition] ?? []).map((range) => ({ ...branch, [condition]: [range] })));
}

/** Packets with ports, ICMP, and all others. */
function divideKinds(clause: Clause): Branch[] {
  const { destinationPorts, sourcePorts, icmp } = clause;
  const asksPorts = destinationPorts !== null || sourcePorts !== null;
  const asksIcmp = icmp !== null;
  const portless = (destinationPorts?.orNone ?? true) && (sourcePorts?.orNone ?? true);
  const notIcmp = icmp?.orNone ?? true;
  const none = { destinationPorts: null, sourcePorts: null, icmp: null };
  const branches: Branch[] = [];
  const add = (within: readonly NumberRange[], conditions: Omit<Branch, 'protocols'>) => {
    const protocols = intersect(clause.protocols ?? ALL, within);
    if (protocols.length > 0 && Object.values(conditions).every((one) => one === null || one.length > 0))
      branches.push({ ...conditions, protocols: isAll(protocols) ? null : protocols });
  };
  if (asksPorts && notIcmp)
    add(PORTED, {
      ...none,
      destinationPorts: destinationPorts?.ranges ?? null,
      sourcePorts: sourcePorts?.ranges ?? null,
    });
  if (asksIcmp && portless) add(ICMP, { ...none, icmp: icmp.ranges });
  if (portless && notIcmp) {
    const asked = [...(asksPorts ? PORTED : []), ...(asksIcmp ? ICMP : [])];
    add(without(asked), none);
  }
  return branches;
}

const isAll = ([one]: readonly NumberRange[]) => one?.first === 0 && one.last === 255;

/** Both sorted and disjoint; so is the result. */
function intersect(some: readonly NumberRange[], others: readonly NumberRange[]): NumberRange[] {
  const both = some.flatMap((one) =>
    others.map((other) => ({ first: Math.max(one.first, other.first), last: Math.min(one.last, other.last) })),
  );
  return both.filter(({ first, last }) => first <= last);
}

/** Every protocol but these. */
function without(taken: readonly NumberRange[]): NumberRange[] {
  const rest: NumberRange[] = [];
  let next = 0;
  for (const { first, last } of taken.toSorted((a, b) => a.first - b.first)) {
    if (next < first) rest.push({ first: next, last: first - 1 });
    next = last + 1;
  }
  if (next <= 255) rest.push({ first: next, last: 255 });
  return rest;
}

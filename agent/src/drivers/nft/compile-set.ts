import type { Clause, PolicySetTable, TraceEntry } from '@margay/policy';

/** One end of the way through a policy set: what is decided, and why. */
export interface Hit {
  readonly verdict: 'allow' | 'deny';
  /** As `walkTables` has them: tiers that passed, then what decided. */
  readonly entries: readonly TraceEntry[];
  /** False: entries of tiers that passed are left out, for there were too many ways (see {@link PATHS_MAX}). */
  readonly complete: boolean;
}

/** Where a rule leads, by place in {@link CompiledSet.nodes} or {@link CompiledSet.hits}. */
export interface Target {
  readonly kind: 'node' | 'hit';
  readonly place: number;
}

/** One tier, reached by one way through those before it. */
export interface Node {
  readonly rules: readonly { readonly clause: Clause; readonly target: Target }[];
  readonly end: Target;
}

export interface CompiledSet {
  /** Of the {@link PolicySetTable}. */
  readonly id: string;
  readonly direction: PolicySetTable['direction'];
  /** The first is where a packet enters. */
  readonly nodes: readonly Node[];
  readonly hits: readonly Hit[];
}

interface Path {
  readonly entries: readonly TraceEntry[];
  readonly complete: boolean;
}

/**
 * Ways on which one tier may be reached. A packet carries nothing from tier to tier (marks belong to others), so that each way has a copy of the tier;
 * where there would be more, the passes of a tier lead to one copy, and the trace leaves that tier out.
 */
export const PATHS_MAX = 32;

const compiled = new WeakMap<PolicySetTable, CompiledSet>();

/** Unrolls a policy set into a tree of tiers whose leaves are whole traces. Places depend on the content alone. Pure, remembered by object. */
export function compileSet(set: PolicySetTable): CompiledSet {
  const known = compiled.get(set);
  if (known !== undefined) return known;
  const nodes: Node[] = [];
  const hits: Hit[] = [];
  const merged = mergedTiers(set);
  const { tiers, closing } = set;

  const addHit = (verdict: Hit['verdict'], path: Path, hit: TraceEntry | null): Target => {
    const entries = hit === null ? path.entries : [...path.entries, hit];
    return { kind: 'hit', place: hits.push({ verdict, entries, complete: path.complete }) - 1 };
  };
  const enter = (place: number, path: Path): Target => {
    const tier = tiers[place];
    if (tier === undefined) return addHit(closing.action, path, closing.hit);
    const node = nodes.push({ rules: [], end: { kind: 'hit', place: 0 } }) - 1;
    const targets = new Map<string, Target>();
    const follow = ({ action, hit }: Pick<Clause, 'action' | 'hit'>): Target => {
      const isMerged = action === 'pass' && merged.has(place);
      const key = isMerged ? 'pass' : JSON.stringify([action, hit]);
      const target = targets.get(key) ?? reach(action, hit, isMerged);
      targets.set(key, target);
      return target;
    };
    const reach = (action: Clause['action'], hit: TraceEntry, isMerged: boolean): Target => {
      if (action !== 'pass') return addHit(action, path, hit);
      if (isMerged) return enter(place + 1, { ...path, complete: false });
      return enter(place + 1, { ...path, entries: [...path.entries, hit] });
    };
    nodes[node] = {
      rules: tier.clauses.map((clause) => ({ clause, target: follow(clause) })),
      end: follow(tier.end),
    };
    return { kind: 'node', place: node };
  };

  const first = enter(0, { entries: [], complete: true });
  if (first.kind === 'hit') nodes.push({ rules: [], end: first });
  const result = { id: set.id, direction: set.direction, nodes, hits };
  compiled.set(set, result);
  return result;
}

/** Tiers whose passes must share what follows. */
function mergedTiers({ tiers }: PolicySetTable): ReadonlySet<number> {
  const merged = new Set<number>();
  let paths = 1;
  for (const [place, { clauses, end }] of tiers.entries()) {
    const passes = new Set(
      [...clauses, end].filter(({ action }) => action === 'pass').map(({ hit }) => JSON.stringify(hit)),
    );
    if (paths * passes.size > PATHS_MAX) merged.add(place);
    else paths *= passes.size;
    if (passes.size === 0) break;
  }
  return merged;
}

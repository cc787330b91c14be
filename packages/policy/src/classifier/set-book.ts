import type { GoverningTier } from '../engine/governing.ts';
import type { Pod } from '../model/cluster.ts';
import type { End } from '../model/packet.ts';
import type { Direction } from '../model/policy.ts';
import type { BlockBook, ClauseBlock, CompiledClause } from './clause.ts';
import { createMatcher, type Matcher } from './matcher.ts';
import type { HeaderPorts } from './port-classes.ts';

/** All that governs one direction of an endpoint; shared by the endpoints for which it is the same. */
export interface CompiledSet {
  readonly id: number;
  readonly direction: Direction;
  readonly tiers: readonly CompiledTier[];
  readonly clauses: readonly CompiledClause[];
  /** See {@link Pod.profile}. */
  readonly profile: string | null;
  /** Made when first asked for. */
  readonly matcher: () => Matcher;
}
export interface CompiledTier extends GoverningTier {
  /** Its clauses: `[from, to)`. */
  readonly range: readonly [number, number];
}

export interface SetBook {
  readonly setOf: (pod: Pod, end: End, governing: readonly GoverningTier[], direction: Direction) => CompiledSet;
}

export function createSetBook(blocks: BlockBook, ports: HeaderPorts): SetBook {
  const sets = new Map<string, CompiledSet>();
  /** Where nothing depends on the endpoint itself, what governs it and its profile say all. */
  const plain = new WeakMap<readonly GoverningTier[], Map<string | null, CompiledSet>>();
  const tierNumbers = new Map<string, number>();
  let made = 0;

  const make = (pod: Pod, end: End, governing: readonly GoverningTier[], direction: Direction) => {
    const parts = governing.map(({ policies }) => policies.map((policy) => blocks.blockOf(policy, direction, end)));
    const texts = governing.map(({ tier }, place) => {
      const text = `${tier.name}/${tier.defaultAction}`;
      const number = tierNumbers.get(text) ?? tierNumbers.size;
      tierNumbers.set(text, number);
      return `${number}:${(parts[place] ?? []).map(({ id }) => id).join()}`;
    });
    const key = `${direction} ${texts.join(' ')} ${pod.profile ?? ''}`;
    const known = sets.get(key);
    if (known !== undefined) return known;
    const set = assemble(made++, { governing, parts, direction, profile: pod.profile, ports });
    sets.set(key, set);
    return set;
  };
  return {
    setOf: (pod, end, governing, direction) => {
      const known = plain.get(governing)?.get(pod.profile);
      if (known !== undefined && known.direction === direction) return known;
      const set = make(pod, end, governing, direction);
      const isPlain = governing.every(({ policies }) => policies.every((policy) => blocks.isPlain(policy, direction)));
      if (!isPlain) return set;
      const byProfile = plain.get(governing) ?? new Map();
      plain.set(governing, byProfile.set(pod.profile, set));
      return set;
    },
  };
}

interface Parts {
  readonly governing: readonly GoverningTier[];
  readonly parts: readonly (readonly ClauseBlock[])[];
  readonly direction: Direction;
  readonly profile: string | null;
  readonly ports: HeaderPorts;
}

function assemble(id: number, { governing, parts, direction, profile, ports }: Parts): CompiledSet {
  const clauses: CompiledClause[] = [];
  const tiers = governing.map((part, place): CompiledTier => {
    const from = clauses.length;
    for (const block of parts[place] ?? []) for (const clause of block.clauses) clauses.push(clause);
    return { ...part, range: [from, clauses.length] };
  });
  let matcher: Matcher | null = null;
  return {
    id,
    direction,
    tiers,
    clauses,
    profile,
    matcher: () => {
      matcher ??= createMatcher({ clauses, tiers: tiers.map(({ range }) => range), ports });
      return matcher;
    },
  };
}

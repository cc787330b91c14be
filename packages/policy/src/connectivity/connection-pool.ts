import {
  ALL_CONNECTIONS,
  type ConnectionSet,
  connectionKey,
  intersectConnections,
  NO_CONNECTIONS,
  subtractConnections,
  unionConnections,
} from '../sets/connection-set.ts';

/** Connection sets by small number, so that a million pairs are compared and combined as numbers. Equal sets have one number. */
export interface ConnectionPool {
  readonly idOf: (set: ConnectionSet) => number;
  readonly setOf: (id: number) => ConnectionSet;
  readonly union: (a: number, b: number) => number;
  readonly intersect: (a: number, b: number) => number;
  readonly subtract: (a: number, b: number) => number;
}

/** The number of the empty set, and of the full one, in every pool. */
export const NONE = 0;
export const ALL = 1;

export function createConnectionPool(): ConnectionPool {
  const sets: ConnectionSet[] = [];
  const ids = new Map<string, number>();
  const idOf = (set: ConnectionSet) => {
    if (set === NO_CONNECTIONS && sets.length > NONE) return NONE;
    if (set === ALL_CONNECTIONS && sets.length > ALL) return ALL;
    const key = connectionKey(set);
    const known = ids.get(key);
    if (known !== undefined) return known;
    ids.set(key, sets.length);
    sets.push(set);
    return sets.length - 1;
  };
  const setOf = (id: number) => {
    const set = sets[id];
    if (set === undefined) throw new RangeError(`no connection set ${id}`);
    return set;
  };
  const remember = (combine: (a: ConnectionSet, b: ConnectionSet) => ConnectionSet) => {
    const results = new Map<number, number>();
    return (a: number, b: number) => {
      // Exact for fewer than 2^26 distinct sets: more would not fit in memory.
      const key = a * 0x4000000 + b;
      const known = results.get(key);
      if (known !== undefined) return known;
      const result = idOf(combine(setOf(a), setOf(b)));
      results.set(key, result);
      return result;
    };
  };
  idOf(NO_CONNECTIONS);
  idOf(ALL_CONNECTIONS);
  const union = remember(unionConnections);
  const intersect = remember(intersectConnections);
  const subtract = remember(subtractConnections);
  return {
    idOf,
    setOf,
    union: (a, b) => (a === b || b === NONE ? a : a === NONE ? b : union(a, b)),
    intersect: (a, b) => (a === b || b === ALL ? a : a === ALL ? b : a === NONE || b === NONE ? NONE : intersect(a, b)),
    subtract: (a, b) => (a === b || a === NONE ? NONE : b === NONE ? a : subtract(a, b)),
  };
}

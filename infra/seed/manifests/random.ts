/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** 0 … `end - 1`. */
  readonly below: (end: number) => number;
  readonly pick: <T>(list: readonly T[]) => T;
}

/** Mulberry32 (Tommy Ettinger, public domain): fast, even enough for test data. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000;
  };
  const below = (end: number) => Math.floor(next() * end);
  return {
    below,
    pick: (list) => {
      const [first] = list;
      const picked = list[below(list.length)] ?? first;
      if (picked === undefined) throw new RangeError('nothing to pick from');
      return picked;
    },
  };
}

/** Groups things, numbered from 0, by dividing them again and again. */
export interface Splitter {
  /** Divides each group by the marks of `things`; those not named, and those with mark 0, stay where they are. */
  readonly by: (things: Iterable<number>, mark: (thing: number) => number) => void;
  /** Divides each group by one text for each thing. */
  readonly byText: (texts: readonly string[]) => void;
  /** The group of each thing. */
  readonly groups: () => Int32Array;
}

export function createSplitter(count: number): Splitter {
  const groups = new Int32Array(count);
  let used = 1;
  const by: Splitter['by'] = (things, mark) => {
    const fresh = new Map<number, number>();
    for (const thing of things) {
      const marked = mark(thing);
      if (marked === 0) continue;
      const key = (groups[thing] ?? 0) * 0x4000000 + marked;
      const group = fresh.get(key) ?? used++;
      fresh.set(key, group);
      groups[thing] = group;
    }
  };
  return {
    by,
    byText: (texts) => {
      const numbers = new Map<string, number>();
      for (const text of texts) if (!numbers.has(text)) numbers.set(text, numbers.size + 1);
      by(texts.keys(), (thing) => numbers.get(texts[thing] ?? '') ?? 0);
    },
    groups: () => groups,
  };
}

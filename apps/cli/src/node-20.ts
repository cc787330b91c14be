/** What Node 20 does not have yet, and the bundle is promised to run on. Source: ECMAScript 2024, Map.groupBy. */
if (typeof Map.groupBy !== 'function') {
  Map.groupBy = <K, T>(items: Iterable<T>, keyOf: (item: T, place: number) => K): Map<K, T[]> => {
    const groups = new Map<K, T[]>();
    let place = 0;
    for (const item of items) {
      const key = keyOf(item, place++);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [item]);
      else group.push(item);
    }
    return groups;
  };
}

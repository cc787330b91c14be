/** A link by the ids of its ends. */
export interface Link {
  readonly source: string;
  readonly target: string;
}

/** Depth of call of each id: 0 for what nobody calls, else one more than its deepest caller. Links that would close a circle, seen from the first id on, do not count. */
export function assignLayers(ids: readonly string[], links: readonly Link[]): Map<string, number> {
  const targets = new Map<string, string[]>(ids.map((id) => [id, []]));
  for (const { source, target } of links)
    if (source !== target && targets.has(target)) targets.get(source)?.push(target);
  for (const list of targets.values()) list.sort();
  const order = depthFirstOrder(ids, targets);
  const placeOf = new Map(order.map((id, place) => [id, place]));
  const layers = new Map(ids.map((id) => [id, 0]));
  for (const id of order) {
    for (const target of targets.get(id) ?? []) {
      const isForward = (placeOf.get(target) ?? 0) > (placeOf.get(id) ?? 0);
      if (isForward) layers.set(target, Math.max(layers.get(target) ?? 0, (layers.get(id) ?? 0) + 1));
    }
  }
  return layers;
}

/** Reverse post-order: every id before what it leads to, but for links that close a circle. Starts at ids that nobody leads to. Without recursion: chains may be long. */
function depthFirstOrder(ids: readonly string[], targets: ReadonlyMap<string, readonly string[]>): string[] {
  const led = new Set([...targets.values()].flat());
  const sorted = [...ids].sort();
  const starts = [...sorted.filter((id) => !led.has(id)), ...sorted];
  const done: string[] = [];
  const seen = new Set<string>();
  for (const start of starts) {
    const stack = seen.has(start) ? [] : [{ id: start, next: 0 }];
    seen.add(start);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const target = targets.get(top.id)?.[top.next];
      top.next += 1;
      if (target === undefined) done.push(stack.pop()?.id ?? '');
      else if (!seen.has(target)) {
        seen.add(target);
        stack.push({ id: target, next: 0 });
      }
    }
  }
  return done.reverse();
}

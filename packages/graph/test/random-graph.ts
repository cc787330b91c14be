import fc from 'fast-check';
import type { SizedGraph, SizedNode } from '../src/layout/types.ts';
import { edgeId } from '../src/topology/merge-edges.ts';

/** A graph by its nodes (name, group) and links between their places; names are few, so that two such graphs share many. */
const node = fc.record({
  name: fc.integer({ min: 0, max: 30 }),
});
const link = fc.tuple(fc.nat(40), fc.nat(40));

export const randomGraph: fc.Arbitrary<SizedGraph> = fc
  .record({
    nodes: fc.uniqueArray(node, { selector: ({ name }) => name, maxLength: 24 }),
    links: fc.array(link, { maxLength: 30 }),
    open: fc.subarray([0, 1, 2, 3]),
  })
  .map(({ nodes, links, open }) => toGraph(nodes, links, open));

/** A node's group is its name's own affair: it stays the same in every graph, unless the group is closed. */
function toGraph(
  all: readonly { name: number }[],
  links: readonly (readonly [number, number])[],
  open: readonly number[],
): SizedGraph {
  const nodes = all.map(({ name }): SizedNode => {
    const group = name % 5;
    const width = 70 + ((name * 37) % 120);
    return { id: `n${name}`, group: open.includes(group) ? `g${group}` : null, width, height: 28 };
  });
  const groups = [...new Set(nodes.map(({ group }) => group))].filter((group) => group !== null);
  const pairs = links.flatMap(([from, to]) => {
    const source = nodes[from % Math.max(1, nodes.length)]?.id;
    const target = nodes[to % Math.max(1, nodes.length)]?.id;
    return source === undefined || target === undefined ? [] : [{ id: edgeId(source, target), source, target }];
  });
  return {
    nodes,
    groups: groups.map((id) => ({ id, titleWidth: 90 })),
    edges: [...new Map(pairs.map((pair) => [pair.id, pair])).values()],
  };
}

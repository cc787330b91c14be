import type { ElkExtendedEdge } from 'elkjs/lib/elk-api.js';
import type { SizedGraph } from './types.ts';

/** Nodes without an edge stand in rows of this many. */
const ROW_LENGTH = 4;

/**
 * Edges that are not drawn, between nodes that have none: the layered algorithm would put all of these into its first layer, one tall column;
 * chained they make rows across the layers.
 */
export function idleChains({ nodes, edges }: SizedGraph): ElkExtendedEdge[] {
  const linked = new Set(edges.flatMap(({ source, target }) => (source === target ? [] : [source, target])));
  const idle = nodes.filter(({ id }) => !linked.has(id));
  const chains: ElkExtendedEdge[] = [];
  for (const group of new Set(idle.map((node) => node.group))) {
    const ids = idle.filter((node) => node.group === group).map(({ id }) => id);
    ids.sort();
    for (const [place, id] of ids.entries()) {
      const next = ids[place + 1];
      const isRowEnd = place % ROW_LENGTH === ROW_LENGTH - 1;
      if (next !== undefined && !isRowEnd) chains.push({ id: `idle ${id}`, sources: [id], targets: [next] });
    }
  }
  return chains;
}

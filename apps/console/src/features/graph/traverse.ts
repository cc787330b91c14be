import type { Layout, PlacedNode } from '@margay/graph';

export type Direction = 'left' | 'right' | 'up' | 'down';

/** The node that an arrow leads to: the nearest in that direction, what lies straight ahead before what lies aside. Null at the rim. */
export function nextNode({ nodes }: Pick<Layout, 'nodes'>, fromId: string | null, direction: Direction): string | null {
  const from = nodes.find((node) => node.id === fromId);
  if (!from) return firstNode(nodes);
  const level = direction === 'left' || direction === 'right';
  const sign = direction === 'right' || direction === 'down' ? 1 : -1;
  let best: { id: string; cost: number } | null = null;
  for (const node of nodes) {
    const dx = middleX(node) - middleX(from);
    const dy = middleY(node) - middleY(from);
    const ahead = sign * (level ? dx : dy);
    if (node.id === from.id || ahead <= 1) continue;
    const cost = ahead + 2.5 * Math.abs(level ? dy : dx);
    if (best === null || cost < best.cost) best = { id: node.id, cost };
  }
  return best?.id ?? null;
}

/** The first node in reading order. */
export function firstNode(nodes: readonly PlacedNode[]): string | null {
  return [...nodes].sort((a, b) => a.x - b.x || a.y - b.y)[0]?.id ?? null;
}

const middleX = (node: PlacedNode) => node.x + node.width / 2;
const middleY = (node: PlacedNode) => node.y + node.height / 2;

'use client';
import type { Topology } from '@margay/graph';
import { useKeys } from '@margay/ui';
import { type KeyboardEvent, useState } from 'react';
import { type GraphParams, type SetGraphParams, SHOWN_LENSES } from './graph-params.ts';
import { type Direction, firstNode, nextNode } from './traverse.ts';
import type { Picture } from './use-layout.ts';
import { edgeSentence, nodeSentence } from './words.ts';

const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

interface Actions {
  readonly selectNode: (id: string) => void;
  readonly selectEdge: (id: string) => void;
  readonly toggle: (groupId: string) => void;
  readonly reveal: (id: string) => void;
}

/** Keys of the page: lenses, table, closing. */
export function useGraphKeys(
  params: GraphParams,
  setParams: SetGraphParams,
  more: readonly { keys: string; run: () => void }[],
): void {
  useKeys([
    ...SHOWN_LENSES.map((lens, index) => ({
      keys: String(index + 1),
      run: () => void setParams({ lens, node: null, edge: null }),
    })),
    { keys: 't', run: () => void setParams({ table: !params.table }) },
    {
      keys: 'escape',
      run: () => void setParams(params.node || params.edge ? { node: null, edge: null } : { lens: 'all' }),
    },
    ...more,
  ]);
}

/** Moving about the picture: arrows from node to node, J and K along the edges of the node one stands on, Enter to open. Each step is told. */
export function useTraversal(picture: Picture | null, seconds: number, actions: Actions) {
  const [cursor, setCursor] = useState<string | null>(null);
  const [told, setTold] = useState('');
  const topology = picture?.topology;
  const moveTo = (id: string | null) => {
    if (!id || !topology) return;
    setCursor(id);
    setTold(sentenceOf(topology, id, seconds));
    actions.reveal(id);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!picture || !topology || event.ctrlKey || event.metaKey || event.altKey) return;
    const edge = topology.edges.find((each) => each.id === cursor);
    const direction = ARROWS[event.key];
    if (direction) {
      const from = edge ? (direction === 'left' || direction === 'up' ? edge.source : edge.target) : cursor;
      moveTo(edge ? from : nextNode(picture.layout, from, direction));
    } else if (event.key === 'j' || event.key === 'k') moveTo(nextEdge(topology, cursor, event.key === 'j' ? 1 : -1));
    else if (event.key === 'Home') moveTo(firstNode(picture.layout.nodes));
    else if (event.key === 'Enter' && cursor) {
      const node = topology.nodes.find((each) => each.id === cursor);
      if (node?.isCollapsedGroup) actions.toggle(node.id);
      else if (node) actions.selectNode(node.id);
      else actions.selectEdge(cursor);
    } else return;
    event.preventDefault();
    event.stopPropagation();
    event.nativeEvent.stopImmediatePropagation();
  };
  return { cursor, told, onKeyDown, clear: () => setCursor(null) };
}

function sentenceOf(topology: Topology, id: string, seconds: number): string {
  const node = topology.nodes.find((each) => each.id === id);
  if (node) return nodeSentence(node, topology);
  const names = new Map(topology.nodes.map((each) => [each.id, each.label]));
  const edge = topology.edges.find((each) => each.id === id);
  return edge ? edgeSentence(edge, (end) => names.get(end) ?? end, seconds) : '';
}

/** The edges of the node one stands on, in turn; from an edge, the other edges of its source. */
function nextEdge(topology: Topology, cursor: string | null, step: 1 | -1): string | null {
  const current = topology.edges.find((edge) => edge.id === cursor);
  const node = current?.source ?? cursor;
  const edges = topology.edges.filter((edge) => node === null || edge.source === node || edge.target === node);
  if (edges.length === 0) return null;
  const at = current ? edges.indexOf(current) : step > 0 ? -1 : 0;
  return edges[(at + step + edges.length) % edges.length]?.id ?? null;
}

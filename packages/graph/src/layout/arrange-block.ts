import { assignLayers, type Link } from './assign-layers.ts';
import { LAYER_GAP, type Point, ROW_GAP, type SizedNode } from './types.ts';

export interface Block {
  readonly width: number;
  readonly height: number;
  /** Top left corners, from the block's own. */
  readonly places: ReadonlyMap<string, Point>;
}

/** A column may hold this many nodes before it goes on beside itself. */
const COLUMN_LENGTH_MAX = 12;

/** Nodes in columns by depth of call, rows by id: simple, the same each time, and quick; what one opened group or an estimate needs. */
export function arrangeBlock(nodes: readonly SizedNode[], links: readonly Link[]): Block {
  const layers = assignLayers(
    nodes.map(({ id }) => id),
    links,
  );
  const columns: SizedNode[][] = [];
  for (let layer = 0; layer <= Math.max(0, ...layers.values()); layer++) {
    const column = nodes.filter(({ id }) => layers.get(id) === layer).sort((a, b) => (a.id < b.id ? -1 : 1));
    for (let from = 0; from < column.length; from += COLUMN_LENGTH_MAX)
      columns.push(column.slice(from, from + COLUMN_LENGTH_MAX));
  }
  const places = new Map<string, Point>();
  let x = 0;
  let height = 0;
  for (const column of columns) {
    let y = 0;
    for (const node of column) {
      places.set(node.id, { x, y });
      y += node.height + ROW_GAP;
    }
    height = Math.max(height, y - ROW_GAP);
    x += Math.max(...column.map(({ width }) => width)) + LAYER_GAP;
  }
  return { width: Math.max(0, x - LAYER_GAP), height: Math.max(0, height), places };
}

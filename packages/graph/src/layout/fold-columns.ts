import { arrangeBlock } from './arrange-block.ts';
import { assignLayers, type Link } from './assign-layers.ts';
import { GROUP_GAP, GROUP_PADDING, LAYER_GAP, type SizedGraph } from './types.ts';

/** The column of every group and of every node that stands in none. */
export type Columns = ReadonlyMap<string, number>;

/** Width to height that a screen has room for. */
const WANTED_ASPECT = 1.5;

interface Box {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

/**
 * Columns for the groups. One after the other by depth of call makes a picture that is wide and low, its text too small to read: neighbouring
 * columns are put on top of each other while that brings the picture nearer to a screen. Null where nothing is to fold.
 */
export function foldColumns(graph: SizedGraph): Columns | null {
  if (graph.groups.length < 2) return null;
  const boxOf = new Map(graph.nodes.map(({ id, group }) => [id, group ?? id]));
  const links = graph.edges.map(({ source, target }) => ({
    source: boxOf.get(source) ?? '',
    target: boxOf.get(target) ?? '',
  }));
  const boxes = measureBoxes(graph);
  const layers = assignLayers([...boxes.keys()], links);
  let columns: Box[][] = [];
  for (const [id, box] of boxes) {
    const column = columns[layers.get(id) ?? 0] ?? [];
    columns[layers.get(id) ?? 0] = column;
    column.push(box);
  }
  const unfolded = columns.length;
  for (let better = foldOnce(columns); better !== null; better = foldOnce(columns)) columns = better;
  if (columns.length === unfolded) return null;
  return new Map(columns.flatMap((column, place) => column.map(({ id }) => [id, place] as const)));
}

function measureBoxes({ nodes, groups, edges }: SizedGraph): Map<string, Box> {
  const boxes = new Map<string, Box>();
  for (const { id, titleWidth } of groups) {
    const own = nodes.filter(({ group }) => group === id);
    const block = arrangeBlock(own, edges as readonly Link[]);
    const width = Math.max(titleWidth, block.width + GROUP_PADDING.left + GROUP_PADDING.right);
    boxes.set(id, { id, width, height: block.height + GROUP_PADDING.top + GROUP_PADDING.bottom });
  }
  for (const { id, group, width, height } of nodes) if (group === null) boxes.set(id, { id, width, height });
  return boxes;
}

/** The fold of two neighbours that helps most; null where none helps. Who calls from outside and who is called there keep their sides. */
function foldOnce(columns: readonly Box[][]): Box[][] | null {
  let best: { columns: Box[][]; misfit: number } | null = null;
  const now = misfitOf(columns);
  for (let place = 0; place + 1 < columns.length; place++) {
    const pair = [...(columns[place] ?? []), ...(columns[place + 1] ?? [])];
    if (pair.some(({ id }) => id === 'callers' || id === 'outside')) continue;
    const folded = [...columns.slice(0, place), pair, ...columns.slice(place + 2)];
    const misfit = misfitOf(folded);
    if (misfit < (best?.misfit ?? now)) best = { columns: folded, misfit };
  }
  return best?.columns ?? null;
}

function misfitOf(columns: readonly Box[][]): number {
  const width = columns.reduce((sum, column) => sum + Math.max(...column.map((box) => box.width)) + LAYER_GAP, 0);
  const heights = columns.map((column) => column.reduce((sum, box) => sum + box.height + GROUP_GAP, 0));
  return Math.abs(Math.log(width / Math.max(1, ...heights) / WANTED_ASPECT));
}

import { boundsOf, inflate, overlaps } from './rect.ts';
import {
  GROUP_GAP,
  GROUP_PADDING,
  type PlacedGroup,
  type PlacedNode,
  type Point,
  type Rect,
  ROW_GAP,
} from './types.ts';

/** A picture in the making: what stands already never moves, what comes must find room. */
export interface Scene {
  readonly nodes: ReadonlyMap<string, PlacedNode>;
  readonly groups: ReadonlyMap<string, PlacedGroup>;
  readonly add: (node: PlacedNode) => void;
  readonly addGroup: (group: PlacedGroup) => void;
  /** Whether a node of the group could stand there: clear of all nodes, and its group, grown around it, clear of all that is not in it. */
  readonly isFree: (rect: Rect, group: string | null) => boolean;
  /** Whether no node is in the way, whatever becomes of groups. */
  readonly isClear: (rect: Rect) => boolean;
  /** Whether a whole group could stand there. */
  readonly isFreeForGroup: (rect: Rect) => boolean;
}

export function createScene(keptNodes: readonly PlacedNode[], keptGroups: readonly PlacedGroup[]): Scene {
  const nodes = new Map(keptNodes.map((node) => [node.id, node]));
  const groups = new Map(keptGroups.map((group) => [group.id, group]));
  const isClear = (rect: Rect) => {
    const around = inflate(rect, ROW_GAP / 2);
    return ![...nodes.values()].some((node) => overlaps(around, node));
  };
  const isClearOfOthers = (rect: Rect, group: string | null) => {
    const around = inflate(rect, GROUP_GAP / 2);
    const isStranger = (other: { id: string; group?: string | null }) => other.id !== group && other.group !== group;
    const strangers = [...groups.values(), ...nodes.values()].filter(isStranger);
    return !strangers.some((other) => overlaps(around, other));
  };
  return {
    nodes,
    groups,
    isClear,
    add: (node) => {
      nodes.set(node.id, node);
      const group = node.group === null ? undefined : groups.get(node.group);
      if (group !== undefined) groups.set(group.id, { ...group, ...growAround(group, node) });
    },
    addGroup: (group) => groups.set(group.id, group),
    isFree: (rect, group) => {
      const frame = group === null ? undefined : groups.get(group);
      const frameAfter = frame === undefined ? rect : growAround(frame, rect);
      return isClear(rect) && (isWithin(frame, rect) || isClearOfOthers(frameAfter, group));
    },
    isFreeForGroup: (rect) => {
      const around = inflate(rect, GROUP_GAP / 2);
      return ![...groups.values(), ...nodes.values()].some((other) => overlaps(around, other));
    },
  };
}

/** The frame that a group needs around a node. */
export function frameOf({ x, y, width, height }: Rect): Rect {
  const { top, left, bottom, right } = GROUP_PADDING;
  return { x: x - left, y: y - top, width: width + left + right, height: height + top + bottom };
}

const growAround = (group: Rect, node: Rect): Rect => boundsOf([group, frameOf(node)]) ?? group;

function isWithin(group: Rect | undefined, node: Rect): boolean {
  if (group === undefined) return false;
  const grown = growAround(group, node);
  return grown.width === group.width && grown.height === group.height;
}

export const at = ({ x, y }: Point, { width, height }: { width: number; height: number }): Rect => ({
  x,
  y,
  width,
  height,
});

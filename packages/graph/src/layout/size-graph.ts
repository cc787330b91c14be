import type { Topology, TopologyNode } from '../topology/types.ts';
import { GROUP_PADDING, type SizedGraph, type SizedNode } from './types.ts';

/** Text that is drawn: a node's name, the small figure behind it, a group's title. */
export type TextStyle = 'name' | 'figure' | 'title';
/** Width of a text in pixels; a canvas in the browser, a table in a test. */
export type MeasureText = (text: string, style: TextStyle) => number;

const NODE_HEIGHT = 28;
/** Ring with the kind in it, at the left; the border at the right. */
const RING_WIDTH = 28;
const END_WIDTH = 10;
const FIGURE_GAP = 10;
/** The second edge behind a collapsed group. */
const STACK_OFFSET = 3;
const NAME_WIDTH_MAX = 260;

/** Sizes of everything, from the widths of its texts. Longer names are to be cut at {@link NAME_WIDTH_MAX} when drawn. */
export function sizeGraph(topology: Topology, measure: MeasureText): SizedGraph {
  return {
    nodes: topology.nodes.map((node) => sizeNode(node, measure)),
    groups: topology.groups.map(({ id, label, members }) => ({
      id,
      titleWidth: Math.ceil(measure(`${label} ${members}`, 'title')) + GROUP_PADDING.left + GROUP_PADDING.right,
    })),
    edges: topology.edges.map(({ id, source, target }) => ({ id, source, target })),
  };
}

function sizeNode(node: TopologyNode, measure: MeasureText): SizedNode {
  const name = Math.min(Math.ceil(measure(node.label, 'name')), NAME_WIDTH_MAX);
  const figure = node.isCollapsedGroup ? Math.ceil(measure(String(node.members), 'figure')) + FIGURE_GAP : 0;
  const stack = node.isCollapsedGroup ? STACK_OFFSET : 0;
  const width = RING_WIDTH + name + figure + END_WIDTH + stack;
  return { id: node.id, group: node.group, width, height: NODE_HEIGHT + stack };
}

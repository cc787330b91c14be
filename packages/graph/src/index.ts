export { EMPTY_LAYOUT, layOut } from './layout/lay-out.ts';
export { createLayoutClient, type LayoutClient, type LayoutWorker } from './layout/layout-client.ts';
export { placeIncrementally } from './layout/place-incrementally.ts';
export type { LayoutAnswer, LayoutRequest } from './layout/protocol.ts';
export { relativeBends } from './layout/relative-bends.ts';
export { type MeasureText, sizeGraph, type TextStyle } from './layout/size-graph.ts';
export type {
  Layout,
  PlacedEdge,
  PlacedGroup,
  PlacedNode,
  Point,
  Rect,
  SizedEdge,
  SizedGraph,
  SizedGroup,
  SizedNode,
} from './layout/types.ts';
export { buildTopology } from './topology/build-topology.ts';
export { initialExpansion, NODES_MAX_OPEN } from './topology/initial-expansion.ts';
export { layerOf } from './topology/layer-of.ts';
export {
  type Coverage,
  type EdgeInput,
  type GroupKind,
  LAYERS,
  type Layer,
  LENSES,
  type Lens,
  type Topology,
  type TopologyEdge,
  type TopologyGroup,
  type TopologyInput,
  type TopologyNode,
  type WorkloadInput,
} from './topology/types.ts';

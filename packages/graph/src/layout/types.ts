/** Geometry in the picture's own pixels; x to the right, y down, rectangles by their top left corner. All of it is plain data that can be posted to a worker. */
export interface Point {
  readonly x: number;
  readonly y: number;
}
export interface Rect extends Point {
  readonly width: number;
  readonly height: number;
}

/** What a layout needs of a topology: who is how big, who stands where, who is linked. */
export interface SizedGraph {
  readonly nodes: readonly SizedNode[];
  readonly groups: readonly SizedGroup[];
  readonly edges: readonly SizedEdge[];
}
export interface SizedNode {
  readonly id: string;
  readonly group: string | null;
  readonly width: number;
  readonly height: number;
}
export interface SizedGroup {
  readonly id: string;
  /** Room that the title needs. */
  readonly titleWidth: number;
}
export interface SizedEdge {
  readonly id: string;
  readonly source: string;
  readonly target: string;
}

export interface PlacedNode extends Rect {
  readonly id: string;
  readonly group: string | null;
}
export interface PlacedGroup extends Rect {
  readonly id: string;
}
export interface PlacedEdge {
  readonly id: string;
  /** A polyline from the source's border to the target's, with level and upright parts only. */
  readonly points: readonly Point[];
  /** The same way as cubic curves with level ends: start, then two control points and an end for each curve. */
  readonly curve: readonly Point[];
}
export interface Layout extends Rect {
  readonly nodes: readonly PlacedNode[];
  readonly groups: readonly PlacedGroup[];
  readonly edges: readonly PlacedEdge[];
  /** Where nodes stood that are not drawn now: one that comes back takes its old place if it is free. */
  readonly parked: readonly PlacedNode[];
  /** Groups that had to grow over others, because nothing may move: time to tidy. */
  readonly crowded: readonly string[];
}

/** Room around the nodes of a group; the top holds its title. */
export const GROUP_PADDING = { top: 40, left: 16, bottom: 16, right: 16 } as const;
/** Least distance between two nodes above each other, and between two layers. */
export const ROW_GAP = 20;
export const LAYER_GAP = 48;
export const GROUP_GAP = 24;

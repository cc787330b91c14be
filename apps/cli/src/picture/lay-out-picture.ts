import elk from 'elkjs/lib/elk.bundled.js';
import type { ElkNode, ElkPort, LayoutOptions } from 'elkjs/lib/elk-api.js';
import type { Look, PictureNode, PictureRow } from './picture.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
export interface Line {
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly look: Look;
}
export interface PlacedPicture {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly (Box & { readonly node: PictureNode })[];
  readonly groups: readonly (Box & { readonly name: string })[];
  readonly lines: readonly Line[];
}

/** Of a box, in pixels: what the drawing keeps to as well. */
export const HEAD_HEIGHT = 36;
export const ROW_HEIGHT = 17;
const TEXT_PAD = 14;
/** Letters are not measured: wide enough for the usual fonts at the sizes drawn. */
const TITLE_LETTER = 8.6;
const SMALL_LETTER = 6.7;
const ROW_LETTERS_MAX = 40;

const SIGNS: Readonly<Record<Look, string>> = { plain: '', added: '+ ', removed: '− ', changed: '± ' };

const shorten = (text: string) => (text.length > ROW_LETTERS_MAX ? `${text.slice(0, ROW_LETTERS_MAX - 1)}…` : text);
/** With a sign, so that colour is not all that tells. */
export const rowText = ({ text, fromAll, look }: PictureRow) =>
  SIGNS[look] + shorten(fromAll ? `${text} from every workload` : text);
export const rowMiddle = (place: number) => HEAD_HEIGHT + place * ROW_HEIGHT + ROW_HEIGHT / 2 - 3;

/** Of every level: a group does not take them over from what it is in. */
const SPACING: LayoutOptions = {
  'elk.layered.spacing.nodeNodeBetweenLayers': '64',
  'elk.spacing.nodeNode': '22',
  'elk.spacing.edgeNode': '16',
  'elk.spacing.edgeEdge': '9',
  'elk.layered.spacing.edgeNodeBetweenLayers': '22',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '9',
  'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
  'elk.layered.nodePlacement.bk.fixedAlignment': 'BALANCED',
};
const ROOT: LayoutOptions = {
  ...SPACING,
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.randomSeed': '1',
  'elk.padding': '[top=24,left=24,bottom=24,right=24]',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
};
const GROUP: LayoutOptions = { ...SPACING, 'elk.padding': '[top=38,left=20,bottom=20,right=20]' };

/** Places boxes left to right, callers before whom they call, by elk's layered algorithm. */
export async function layOutPicture(nodes: readonly PictureNode[]): Promise<PlacedPicture> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const lines = new Map<string, Omit<Line, 'points'>>();
  for (const { id, rows } of nodes) {
    for (const [place, { from, text, look }] of rows.entries())
      for (const source of from)
        lines.set(`${source}>${id}#${place}`, { from: source, to: `${id}#${place}`, text, look });
  }
  const groupNames = [...new Set(nodes.map(({ group }) => group))].filter((group) => group !== null).sort();
  const root: ElkNode = {
    id: 'root',
    layoutOptions: ROOT,
    children: [
      ...groupNames.map((name) => ({
        id: groupId(name),
        layoutOptions: {
          ...GROUP,
          'elk.nodeSize.constraints': 'MINIMUM_SIZE',
          'elk.nodeSize.minimum': `(${name.length * 8 + 40}, 60)`,
        },
        children: nodes.filter(({ group }) => group === name).map(toElk),
      })),
      ...nodes.filter(({ group }) => group === null).map(toElk),
    ],
    edges: [...lines].map(([id, { from, to }]) => ({ id, sources: [`${from}#out`], targets: [to] })),
  };
  const placed = await new elk.default().layout(root);
  const boxes = (placed.children ?? []).flatMap((one) => [one, ...(one.children ?? [])]);
  return {
    width: placed.width ?? 0,
    height: placed.height ?? 0,
    nodes: boxes.flatMap((box) => {
      const node = byId.get(box.id);
      return node === undefined ? [] : [{ ...boxOf(box), node }];
    }),
    groups: boxes
      .filter(({ id }) => !byId.has(id))
      .map((box) => ({ ...boxOf(box), name: box.id.slice(groupId('').length) })),
    lines: (placed.edges ?? []).flatMap(({ id, sections }) => {
      const line = lines.get(id);
      const points = (sections ?? []).flatMap(({ startPoint, bendPoints, endPoint }) => [
        startPoint,
        ...(bendPoints ?? []),
        endPoint,
      ]);
      return line === undefined ? [] : [{ ...line, to: line.to.replace(/#\d+$/, ''), points }];
    }),
  };
}

const groupId = (name: string) => `namespace ${name}`;
const boxOf = ({ x = 0, y = 0, width = 0, height = 0 }: ElkNode): Box => ({ x, y, width, height });

function toElk({ id, title, kind, side, rows }: PictureNode): ElkNode {
  const letters = [
    title.length * TITLE_LETTER,
    kind.length * SMALL_LETTER,
    ...rows.map((row) => rowText(row).length * SMALL_LETTER),
  ];
  const width = Math.ceil(Math.max(96, ...letters) + 2 * TEXT_PAD);
  const height = HEAD_HEIGHT + rows.length * ROW_HEIGHT + (rows.length > 0 ? 5 : 0);
  const port = (portId: string, where: 'WEST' | 'EAST', y: number): ElkPort => ({
    id: portId,
    x: where === 'WEST' ? 0 : width,
    y,
    width: 0,
    height: 0,
    layoutOptions: { 'elk.port.side': where },
  });
  const layer: LayoutOptions =
    side === 'middle' ? {} : { 'elk.layered.layering.layerConstraint': side === 'first' ? 'FIRST' : 'LAST' };
  return {
    id,
    width,
    height,
    ports: [
      ...rows.map((_, place) => port(`${id}#${place}`, 'WEST', rowMiddle(place))),
      port(`${id}#out`, 'EAST', HEAD_HEIGHT / 2),
    ],
    layoutOptions: { 'elk.portConstraints': 'FIXED_POS', ...layer },
  };
}

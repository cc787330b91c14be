import { GLYPH_PATHS } from '@margay/ui';
import { edgeWidth, midpointOf, pathOf, quadsOf } from './edge-shape.ts';
import { pillOf } from './elements.ts';
import { hasRing, nodeSign, type Palette } from './node-image.ts';
import type { Picture } from './use-layout.ts';
import { groupWordsFor } from './words.ts';

const MARGIN = 24;
const FAMILY = 'Inter, system-ui, sans-serif';

/**
 * The picture as an SVG file. Every name is escaped: they come from a cluster.
 *
 * @param fontFace an `@font-face` rule with the font in it, so that the file looks the same everywhere; empty for the reader's own.
 */
export function graphSvg({ topology, layout }: Picture, palette: Palette, title: string, fontFace = ''): string {
  const nodes = new Map(topology.nodes.map((node) => [node.id, node]));
  const edges = new Map(topology.edges.map((edge) => [edge.id, edge]));
  const groups = new Map(topology.groups.map((group) => [group.id, group]));
  const [width, height] = [Math.ceil(layout.width + 2 * MARGIN), Math.ceil(layout.height + 2 * MARGIN)];
  const frames = layout.groups.flatMap(({ id, ...rect }) => {
    const group = groups.get(id);
    return group ? [{ group, rect, fill: group.kind === 'namespace' ? palette.group : palette.canvas }] : [];
  });
  const parts = [
    ...frames.map(
      ({ group, rect, fill }) =>
        `<rect ${boxOf(rect)} rx="12" fill="${fill}" stroke="${palette.line}"${group.kind === 'namespace' ? '' : ' stroke-dasharray="3 3"'}/>`,
    ),
    ...layout.edges.map((way) => {
      const edge = edges.get(way.id);
      return edge ? edgeSvg(edge.verdict, edgeWidth(edge.connectionsPerSecond), way.points, edge.inLens, palette) : '';
    }),
    // After the edges, each letter on a ground of its own, so that no edge runs through a title.
    ...frames.map(
      ({ group, rect, fill }) =>
        `<text x="${rect.x + 14}" y="${rect.y + 21}" paint-order="stroke" stroke="${fill}" stroke-width="5"><tspan font-weight="600" fill="${palette.text2}">${escapeXml(group.label)}</tspan><tspan dx="8" font-size="11" fill="${palette.text3}">${escapeXml(groupWordsFor(group, rect.width))}</tspan></text>`,
    ),
    ...layout.nodes.map(({ id, ...rect }) => {
      const node = nodes.get(id);
      return node ? nodeSvg(node, rect, palette) : '';
    }),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${layout.x - MARGIN} ${layout.y - MARGIN} ${width} ${height}" font-family="${FAMILY}" font-size="12"><title>${escapeXml(title)}</title>${fontFace ? `<style>${fontFace}</style>` : ''}<rect x="${layout.x - MARGIN}" y="${layout.y - MARGIN}" width="${width}" height="${height}" fill="${palette.canvas}"/>${parts.join('')}</svg>`;
}

type Rect = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
type TopologyNode = Picture['topology']['nodes'][number];

function nodeSvg(node: TopologyNode, rect: Rect, palette: Palette): string {
  const pill = pillOf(rect, node.isCollapsedGroup);
  const isRound = !hasRing(node);
  const outline = `rx="${isRound ? 14 : 7}" fill="${isRound ? palette.background : palette.raised}" stroke="${palette.lineStrong}"`;
  const stack = node.isCollapsedGroup ? `<rect ${boxOf({ ...pill, x: pill.x + 3, y: pill.y + 3 })} ${outline}/>` : '';
  const middle = pill.y + pill.height / 2;
  const count = node.isCollapsedGroup
    ? `<text x="${pill.x + pill.width - 9}" y="${middle + 4}" text-anchor="end" font-size="11" fill="${palette.text3}">${node.members}</text>`
    : '';
  return `${stack}<rect ${boxOf(pill)} ${outline}/><g transform="translate(${pill.x + 15} ${middle})">${nodeSign(node, palette)}</g><text x="${pill.x + 29}" y="${middle + 4.3}" font-weight="500" fill="${palette.text}">${escapeXml(node.label)}</text>${count}`;
}

function edgeSvg(
  verdict: 'allowed' | 'denied' | 'none',
  rateWidth: number,
  points: Parameters<typeof quadsOf>[0],
  inLens: boolean,
  palette: Palette,
): string {
  const quads = quadsOf(points);
  const [before, end] = [quads.at(-1)?.[1], quads.at(-1)?.[2]];
  if (!before || !end) return '';
  const colour = palette[verdict];
  const width = verdict === 'denied' ? 2 : verdict === 'none' ? Math.max(1.7, rateWidth * 0.85) : rateWidth;
  const dash =
    verdict === 'denied'
      ? ' stroke-dasharray="3 3"'
      : verdict === 'none'
        ? ` stroke-dasharray="0.1 ${Math.max(4, rateWidth + 2.6).toFixed(1)}" stroke-linecap="round"`
        : '';
  const angle = (Math.atan2(end.y - before.y, end.x - before.x) * 180) / Math.PI;
  const head =
    verdict === 'denied'
      ? `<path d="M0-6V6" stroke="${colour}" stroke-width="2.25" stroke-linecap="round"/>`
      : `<path d="M0 0L-7-3.5V3.5Z" fill="${colour}"/>`;
  const casing =
    verdict === 'allowed'
      ? `<path d="${pathOf(quads)}" fill="none" stroke="${palette.canvas}" stroke-width="${width + 3}"/>`
      : '';
  const middle = verdict === 'denied' ? midpointOf(quads) : null;
  const mark = middle
    ? `<g transform="translate(${middle.x.toFixed(1)} ${middle.y.toFixed(1)})"><circle r="8" fill="${palette.canvas}" stroke="${colour}" stroke-width="1.25"/><path d="${GLYPH_PATHS.denied.d}" transform="scale(.8) translate(-6 -6)" fill="none" stroke="${palette.deniedText}" stroke-width="2" stroke-linecap="round"/></g>`
    : '';
  return `<g opacity="${inLens ? 1 : 0.3}">${casing}<path d="${pathOf(quads)}" fill="none" stroke="${colour}" stroke-width="${width.toFixed(2)}"${dash}/><g transform="translate(${end.x.toFixed(1)} ${end.y.toFixed(1)}) rotate(${angle.toFixed(1)})">${head}</g>${mark}</g>`;
}

const boxOf = ({ x, y, width, height }: Rect) => `x="${x}" y="${y}" width="${width}" height="${height}"`;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for XML: markup escaped, characters that XML 1.0 forbids left out. */
export function escapeXml(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '')
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '');
}

import { BadInput } from '../command.ts';
import { HEAD_HEIGHT, type Line, layOutPicture, type PlacedPicture, rowMiddle, rowText } from './lay-out-picture.ts';
import { type Look, makePicture, type PictureEdge } from './picture.ts';

/** A picture with more lines is none. */
const LINES_MAX = 1_500;

/**
 * Draws who may connect to whom as SVG, light or dark as its reader's screen.
 *
 * @throws BadInput where there are too many lines to draw.
 */
export async function drawPicture(
  workloads: readonly string[],
  edges: readonly PictureEdge[],
  title: string,
): Promise<Iterable<string>> {
  const nodes = makePicture(workloads, edges);
  const lines = nodes.flatMap(({ rows }) => rows).reduce((sum, { from }) => sum + from.length, 0);
  if (lines > LINES_MAX)
    throw new BadInput(
      `${lines} lines would be no picture (at most ${LINES_MAX}): give a part of the manifests, or take -o dot`,
    );
  return writeSvg(await layOutPicture(nodes), title);
}

const STYLE = `
  svg { --paper: #ffffff; --box: #ffffff; --edge: #c4ccd6; --group: #f5f7fa; --ink: #17202b; --dim: #64707f; --line: #8793a3; --added: #15803d; --removed: #c81e1e; --changed: #9333ea; }
  @media (prefers-color-scheme: dark) { svg { --paper: #10151c; --box: #1b232e; --edge: #3a4756; --group: #151c25; --ink: #e6ebf1; --dim: #93a0b0; --line: #6c7a8b; --added: #4ade80; --removed: #f87171; --changed: #c084fc; } }
  text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; fill: var(--ink); }
  .paper { fill: var(--paper); }
  .group { fill: var(--group); stroke: var(--edge); }
  .group-name { font-size: 12px; font-weight: 600; fill: var(--dim); }
  .box { fill: var(--box); stroke: var(--edge); }
  .outside { stroke-dasharray: 4 3; }
  .title { font-size: 13px; font-weight: 600; }
  .kind { font-size: 10px; fill: var(--dim); }
  .row { font-size: 11px; }
  .line { fill: none; stroke: currentColor; stroke-width: 1.3; }
  .line:hover { stroke-width: 3; }
  .dot { fill: currentColor; }
  .plain { color: var(--line); } .added { color: var(--added); } .removed { color: var(--removed); } .changed { color: var(--changed); }
  .removed.line { stroke-dasharray: 5 4; }
  .row.added, .row.removed, .row.changed { fill: currentColor; }
`;

function* writeSvg({ width, height, nodes, groups, lines }: PlacedPicture, title: string): Generator<string> {
  const size = `width="${Math.ceil(width)}" height="${Math.ceil(height)}" viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}"`;
  yield `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">\n<title>${escapeXml(title)}</title>\n<style>${STYLE}</style>\n`;
  yield `<rect class="paper" width="100%" height="100%"/>\n`;
  for (const { x, y, width: w, height: h, name } of groups) {
    yield `<rect class="group" x="${x}" y="${y}" width="${w}" height="${h}" rx="10"/>`;
    yield `<text class="group-name" x="${x + 20}" y="${y + 23}">${escapeXml(name)}</text>\n`;
  }
  for (const line of lines) yield drawLine(line);
  for (const { x, y, width: w, height: h, node } of nodes) {
    const box = node.side === 'middle' ? 'box' : 'box outside';
    yield `<g transform="translate(${x} ${y})"><rect class="${box}" width="${w}" height="${h}" rx="6"/>`;
    yield `<text class="title" x="14" y="17">${escapeXml(node.title)}</text><text class="kind" x="14" y="${HEAD_HEIGHT - 7}">${escapeXml(node.kind)}</text>`;
    for (const [place, row] of node.rows.entries()) {
      const middle = rowMiddle(place);
      yield arrowHead(row.look, middle);
      yield `<text class="row ${row.look}" x="14" y="${middle + 4}">${escapeXml(rowText(row))}<title>${escapeXml(row.text)}</title></text>`;
    }
    yield '</g>\n';
  }
  yield '</svg>\n';
}

const arrowHead = (look: Look, y: number) => `<path class="dot ${look}" d="M-1 ${y - 4}L6 ${y}L-1 ${y + 4}Z"/>`;

const CORNER = 6;

function drawLine({ points, from, to, text, look }: Line): string {
  const [start, ...rest] = points;
  if (start === undefined) return '';
  const parts = [`M${start.x} ${start.y}`];
  for (const [place, point] of rest.entries()) {
    const [before, after] = [points[place], rest[place + 1]];
    if (before === undefined || after === undefined) {
      parts.push(`L${point.x} ${point.y}`);
      continue;
    }
    const [a, b] = [towards(point, before), towards(point, after)];
    parts.push(`L${a.x} ${a.y}Q${point.x} ${point.y} ${b.x} ${b.y}`);
  }
  const name = (id: string) => id.replace(/^(first|last) /, '');
  return `<path class="line ${look}" d="${parts.join('')}"><title>${escapeXml(`${name(from)} → ${name(to)}: ${text}`)}</title></path>\n`;
}

type Point = Line['points'][number];

/** Where the rounding of a corner begins: some pixels along the way, or half of it. */
function towards(corner: Point, other: Point): Point {
  const [dx, dy] = [other.x - corner.x, other.y - corner.y];
  const length = Math.hypot(dx, dy);
  const share = length === 0 ? 0 : Math.min(CORNER, length / 2) / length;
  return { x: round(corner.x + dx * share), y: round(corner.y + dy * share) };
}

const round = (number: number) => Math.round(number * 10) / 10;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escapeXml = (text: string) => text.replace(/[&<>"]/g, (letter) => ENTITIES[letter] ?? letter);

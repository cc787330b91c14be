import type { EdgeView } from '@margay/services/inputs';
import { saveFile } from '../../client/save-file.ts';
import { graphSvg } from './graph-svg.ts';
import type { Palette } from './node-image.ts';
import type { Picture } from './use-layout.ts';

const PNG_SCALE = 2;
/** Canvases beyond this many pixels a side are refused by browsers. */
const PNG_SIDE_MAX = 8_000;

/** Saves the picture as one self-contained SVG. */
export async function saveSvg(picture: Picture, palette: Palette, name: string): Promise<void> {
  saveFile(`${name}.svg`, 'image/svg+xml', graphSvg(picture, palette, name, await readFontFace()));
}

/** Saves the picture as a PNG of twice its size, less where it is very large. */
export async function savePng(picture: Picture, palette: Palette, name: string): Promise<void> {
  const svg = graphSvg(picture, palette, name, await readFontFace());
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const scale = Math.min(PNG_SCALE, PNG_SIDE_MAX / Math.max(image.width, image.height));
  const canvas = Object.assign(document.createElement('canvas'), {
    width: image.width * scale,
    height: image.height * scale,
  });
  const context = canvas.getContext('2d');
  context?.scale(scale, scale);
  context?.drawImage(image, 0, 0);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('The browser could not draw the picture. Export it as SVG instead.');
  saveFile(`${name}.png`, 'image/png', blob);
}

/** Saves what is drawn as data: nodes with their places, groups and edges. */
export function saveJson({ topology, layout }: Picture, name: string): void {
  const places = new Map(layout.nodes.map(({ id, x, y, width, height }) => [id, { x, y, width, height }]));
  const content = {
    groups: topology.groups,
    nodes: topology.nodes.map((node) => ({ ...node, place: places.get(node.id) })),
    edges: topology.edges,
  };
  saveFile(`${name}.json`, 'application/json', JSON.stringify(content, null, 2));
}

/** Saves edges as `margay recommend` and `margay replay` read them: one JSON object a line. */
export function saveEdges(edges: readonly EdgeView[], name: string): void {
  saveFile(`${name}.jsonl`, 'application/x-ndjson', edges.map((edge) => `${JSON.stringify(edge)}\n`).join(''));
}

/** The page's own font as a rule that carries it, so that the file reads the same elsewhere. Empty where it cannot be had. */
async function readFontFace(): Promise<string> {
  const rule = [...document.styleSheets].flatMap(rulesOf).find(isLatinInter);
  const url = rule && /url\("?([^")]+)"?\)/.exec(rule.style.getPropertyValue('src'))?.[1];
  if (!url) return '';
  try {
    const bytes = new Uint8Array(
      await (await fetch(new URL(url, rule.parentStyleSheet?.href ?? location.href))).arrayBuffer(),
    );
    let binary = '';
    for (const byte of bytes) binary += String.fromCharCode(byte);
    return `@font-face{font-family:Inter;font-weight:100 900;src:url(data:font/woff2;base64,${btoa(binary)}) format("woff2")}`;
  } catch {
    return '';
  }
}

function rulesOf(sheet: CSSStyleSheet): CSSRule[] {
  try {
    return [...sheet.cssRules];
  } catch {
    return [];
  }
}

function isLatinInter(rule: CSSRule): rule is CSSFontFaceRule {
  if (!(rule instanceof CSSFontFaceRule)) return false;
  const { style } = rule;
  return (
    /Inter/.test(style.getPropertyValue('font-family')) &&
    /U\+0{0,4}-0{0,2}FF/i.test(style.getPropertyValue('unicode-range'))
  );
}

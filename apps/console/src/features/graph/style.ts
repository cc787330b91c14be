import type { EdgeSingular, NodeSingular, StylesheetJson } from 'cytoscape';
import { FONT_FAMILY } from './measure.ts';
import type { Palette } from './node-image.ts';

const number = (name: string) => (element: NodeSingular | EdgeSingular) => Number(element.data(name));
const text = (name: string) => (element: NodeSingular | EdgeSingular) => String(element.data(name));

/** Beyond so many elements a picture that is not zoomed into has colour and width only: casings and dashes are what costs. */
export const ELEMENTS_DETAILED_MAX = 1_000;
const PLAIN = [{ selector: 'edge', style: { 'line-outline-width': 0, 'line-style': 'solid', 'line-cap': 'butt' } }];

/** How the canvas looks: tokens only. Order matters, the last rule that fits wins. */
export function styleOf(palette: Palette, plain: boolean): StylesheetJson {
  return [...nodeStyle(palette), ...edgeStyle(palette), ...(plain ? PLAIN : [])] as StylesheetJson;
}

function nodeStyle(palette: Palette) {
  return [
    {
      selector: 'node',
      style: {
        shape: 'round-rectangle',
        width: number('width'),
        height: number('height'),
        'z-index-compare': 'manual',
        'z-index': 20,
        'overlay-opacity': 0,
      },
    },
    {
      selector: 'node.group',
      style: {
        'corner-radius': '12',
        'background-color': palette.group,
        'border-width': 1,
        'border-color': palette.line,
        'z-index': 0,
      },
    },
    {
      selector: 'node.open',
      style: { 'background-opacity': 0, 'border-style': 'dashed', 'border-dash-pattern': [3, 3] },
    },
    {
      selector: 'node.node',
      style: {
        'corner-radius': '7',
        'background-color': palette.raised,
        'border-width': 1,
        'border-color': palette.lineStrong,
        'background-image': text('image'),
        'background-width': '28px',
        'background-height': '28px',
        'background-position-x': '1px',
        'background-position-y': '50%',
        'background-clip': 'none',
        label: text('label'),
        color: palette.text,
        'font-family': FONT_FAMILY,
        'font-size': 12,
        'font-weight': 500,
        'text-valign': 'center',
        'text-halign': 'center',
        'text-margin-x': number('labelShift'),
        'text-margin-y': 0.5,
        'text-wrap': 'ellipsis',
        'text-max-width': '260px',
        'min-zoomed-font-size': 5,
      },
    },
    { selector: 'node.rimless', style: { 'corner-radius': '14', 'background-color': palette.background } },
    {
      selector: 'node.collapsed',
      style: { ghost: 'yes', 'ghost-offset-x': 3, 'ghost-offset-y': 3, 'ghost-opacity': 1 },
    },
    { selector: 'node.end', style: { 'border-color': palette.accent, 'border-width': 1.5 } },
    { selector: 'node.cursor', style: { 'border-color': palette.accent, 'border-width': 2.5 } },
  ];
}

function edgeStyle(palette: Palette) {
  const width = number('width');
  const dotted = (element: EdgeSingular) => [0.1, Math.max(4, width(element) + 2.6)];
  return [
    {
      selector: 'edge',
      style: {
        width,
        'curve-style': 'unbundled-bezier',
        'edge-distances': 'endpoints',
        'control-point-distances': text('distances'),
        'control-point-weights': text('weights'),
        'source-endpoint': text('from'),
        'target-endpoint': text('to'),
        'line-color': palette.allowed,
        'line-outline-width': 1.5,
        'line-outline-color': palette.canvas,
        'target-arrow-color': palette.allowed,
        'target-arrow-shape': 'triangle',
        'arrow-scale': (element: EdgeSingular) => 0.55 + 0.1 * width(element),
        'z-index-compare': 'manual',
        'z-index': 10,
        'overlay-opacity': 0,
      },
    },
    {
      selector: 'edge.none',
      style: {
        width: (element: EdgeSingular) => Math.max(1.7, width(element) * 0.85),
        'line-color': palette.none,
        'target-arrow-color': palette.none,
        'line-style': 'dashed',
        'line-dash-pattern': dotted,
        'line-cap': 'round',
        'line-outline-width': 0,
      },
    },
    {
      selector: 'edge.denied',
      style: {
        width: 2,
        'line-color': palette.denied,
        'target-arrow-color': palette.denied,
        'target-arrow-shape': 'tee',
        'arrow-scale': 1,
        'line-style': 'dashed',
        'line-dash-pattern': [3, 3],
        'line-outline-width': 0,
        'z-index': 12,
      },
    },
    { selector: 'edge.calm', style: { opacity: 0.88 } },
    { selector: 'edge.dim', style: { opacity: 0.3 } },
    {
      selector: 'edge.selected',
      style: {
        width: (element: EdgeSingular) => width(element) + 0.9,
        opacity: 1,
        'z-index': 15,
        'underlay-color': (element: EdgeSingular) => lineColour(element, palette),
        'underlay-opacity': 0.18,
        'underlay-padding': 3.5,
        'underlay-shape': 'round-rectangle',
      },
    },
    {
      selector: 'edge.cursor',
      style: { 'underlay-color': palette.accent, 'underlay-opacity': 0.3, 'underlay-padding': 3.5 },
    },
  ];
}

function lineColour(edge: EdgeSingular, palette: Palette): string {
  if (edge.hasClass('denied')) return palette.denied;
  return edge.hasClass('none') ? palette.none : palette.allowed;
}

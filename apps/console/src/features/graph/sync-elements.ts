import type { Layout } from '@margay/graph';
import type { Core, ElementDefinition } from 'cytoscape';

const MARKS = ['selected', 'end', 'cursor', 'calm'];

/** Brings the canvas to the wanted elements: removes, changes in place, adds. What stays keeps its identity, so nothing flickers. The first picture is fitted: @returns where the map may stand then. */
export function syncElements(
  cy: Core,
  wanted: readonly ElementDefinition[],
  layout: Layout,
  aboutId: string | null,
): Corner | null {
  const isFirst = cy.elements().length === 0;
  const ids = new Set(wanted.map((element) => element.data.id));
  cy.batch(() => {
    cy.elements().forEach((element) => {
      if (!ids.has(element.id())) element.remove();
    });
    const added: ElementDefinition[] = [];
    for (const definition of wanted) {
      const known = cy.getElementById(definition.data.id ?? '');
      if (known.empty()) {
        added.push(definition);
        continue;
      }
      known.data(definition.data);
      const kept = MARKS.filter((mark) => known.hasClass(mark));
      known.classes([String(definition.classes ?? ''), ...kept].join(' '));
      if (known.isNode() && definition.position) known.position(definition.position);
    }
    // Nodes before the edges between them.
    cy.add(added.filter((element) => element.group === 'nodes'));
    cy.add(added.filter((element) => element.group === 'edges'));
  });
  return isFirst && layout.nodes.length > 0 ? fitPicture(cy, aboutId) : null;
}

export type Corner = 'bottom' | 'top';

/**
 * All of it in sight, but never larger than drawn, and clear of the legend below.
 *
 * @returns the right-hand corner that is free for the map.
 */
export function fitPicture(cy: Core, aboutId: string | null = null): Corner {
  const nodes = cy.nodes();
  if (nodes.empty()) return 'bottom';
  const box = nodes.boundingBox({ includeLabels: false });
  const plain = fitInto(box, frame(cy, PADDING));
  const free = (['bottom', 'top'] as const).find(
    (corner) => !nodes.some((node) => isUnderMap(cy, node.boundingBox({ includeLabels: false }), plain, corner)),
  );
  const { zoom, pan } = free ? plain : fitInto(box, frame(cy, { ...PADDING, right: MAP.width + 2 * PADDING.right }));
  cy.viewport({ zoom, pan });
  const about = aboutId ? cy.getElementById(aboutId) : cy.collection();
  // What the address has chosen must be legible, if not all of the rest is seen.
  if (about.nonempty() && zoom < LEGIBLE_ZOOM) {
    cy.zoom(LEGIBLE_ZOOM);
    cy.center(about);
    return 'bottom';
  }
  return free ?? 'bottom';
}

/** Names are 9 px high then. */
const LEGIBLE_ZOOM = 0.75;
const PADDING = { top: 24, right: 24, bottom: 44, left: 24 };
/** Size of the map with its margin; hidden on a telephone, where it costs nothing to leave the room. */
const MAP = { width: 120, height: 112 };
const MAP_MARGIN = 16;

interface Box {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}
interface Fit {
  readonly zoom: number;
  readonly pan: { readonly x: number; readonly y: number };
}

function frame(cy: Core, padding: typeof PADDING): Box {
  return { x1: padding.left, y1: padding.top, x2: cy.width() - padding.right, y2: cy.height() - padding.bottom };
}

function fitInto(box: Box, room: Box): Fit {
  const zoom = Math.min((room.x2 - room.x1) / (box.x2 - box.x1), (room.y2 - room.y1) / (box.y2 - box.y1), 1);
  const middle = (a: number, b: number) => (a + b) / 2;
  return {
    zoom,
    pan: {
      x: middle(room.x1, room.x2) - middle(box.x1, box.x2) * zoom,
      y: middle(room.y1, room.y2) - middle(box.y1, box.y2) * zoom,
    },
  };
}

function isUnderMap(cy: Core, box: Box, { zoom, pan }: Fit, corner: Corner): boolean {
  if (box.x2 * zoom + pan.x < cy.width() - MAP.width - MAP_MARGIN) return false;
  const [top, bottom] = [box.y1 * zoom + pan.y, box.y2 * zoom + pan.y];
  return corner === 'bottom' ? bottom > cy.height() - MAP.height - MAP_MARGIN : top < MAP.height + MAP_MARGIN;
}

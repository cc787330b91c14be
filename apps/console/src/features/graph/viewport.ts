import type { Core } from 'cytoscape';

/** Graph to screen: screen = graph × zoom + pan. */
export interface Viewport {
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function viewportOf(cy: Core): Viewport {
  return { zoom: cy.zoom(), ...cy.pan(), width: cy.width(), height: cy.height() };
}

/** Tells of every move, in the frame it is drawn in. */
export function watchViewport(cy: Core, onChange: (viewport: Viewport) => void): void {
  cy.on('viewport resize', () => onChange(viewportOf(cy)));
}

/** Zooms about the middle of what is seen. */
export function zoomBy(cy: Core, factor: number): void {
  cy.zoom({ level: cy.zoom() * factor, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
}

/** Brings elements into sight where they are not, without changing the zoom. */
export function reveal(cy: Core, id: string): void {
  const element = cy.getElementById(id);
  if (element.empty()) return;
  const box = element.renderedBoundingBox({});
  const isSeen = box.x1 >= 0 && box.y1 >= 0 && box.x2 <= cy.width() && box.y2 <= cy.height();
  if (isSeen) return;
  const reduced = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  cy.animate({ center: { eles: element }, duration: reduced ? 0 : 160 });
}

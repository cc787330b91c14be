import type { Layout } from '@margay/graph';
import type { Core, ElementDefinition } from 'cytoscape';

const MARKS = ['selected', 'end', 'cursor', 'calm'];
const FIT_PADDING = 24;

/** Brings the canvas to the wanted elements: removes, changes in place, adds. What stays keeps its identity, so nothing flickers. The first picture is fitted. */
export function syncElements(cy: Core, wanted: readonly ElementDefinition[], layout: Layout): void {
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
  if (isFirst && layout.nodes.length > 0) fitPicture(cy);
}

/** All of it in sight, but never larger than drawn. */
export function fitPicture(cy: Core): void {
  cy.fit(undefined, FIT_PADDING);
  if (cy.zoom() > 1) {
    cy.zoom(1);
    cy.center();
  }
}

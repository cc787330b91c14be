'use client';
import type { Core } from 'cytoscape';
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { elementsOf } from './elements.ts';
import { createMeasure } from './measure.ts';
import type { Palette } from './node-image.ts';
import { ELEMENTS_DETAILED_MAX, styleOf } from './style.ts';
import { type Corner, syncElements } from './sync-elements.ts';
import type { Picture } from './use-layout.ts';
import { type Viewport, watchViewport } from './viewport.ts';

export interface Marks {
  readonly node: string | null;
  readonly edge: string | null;
  /** Where the keyboard stands. */
  readonly cursor: string | null;
}

/** The picture on a canvas: draws what the layout says, tells what was pressed. Knows nothing of URLs and panels. */
export function GraphCanvas({
  picture,
  palette,
  marks,
  label,
  describedBy,
  hidden,
  onNode,
  onEdge,
  onBackground,
  onToggle,
  onHover,
  onKeyDown,
  onReady,
  onViewport,
  onFit,
  children,
}: {
  picture: Picture;
  palette: Palette;
  marks: Marks;
  label: string;
  describedBy: string;
  hidden: number;
  onNode: (id: string) => void;
  onEdge: (id: string) => void;
  onBackground: () => void;
  /** A group was pressed twice: open or close it. */
  onToggle: (groupId: string) => void;
  onHover: (edgeId: string | null) => void;
  onKeyDown: (event: KeyboardEvent) => void;
  onReady: (cy: Core | null) => void;
  onViewport: (viewport: Viewport) => void;
  /** The picture was fitted: where a map may stand. */
  onFit: (corner: Corner) => void;
  children: ReactNode;
}) {
  const box = useRef<HTMLDivElement>(null);
  const [cy, setCy] = useState<Core | null>(null);
  const handlers = useRef({ onNode, onEdge, onBackground, onToggle, onHover, onViewport, onFit });
  handlers.current = { onNode, onEdge, onBackground, onToggle, onHover, onViewport, onFit };
  const [zoomedOut, setZoomedOut] = useState(true);
  const plain = zoomedOut && picture.topology.nodes.length + picture.topology.edges.length > ELEMENTS_DETAILED_MAX;
  const chosen = useRef<string | null>(null);
  chosen.current = marks.edge ?? marks.node;
  const [nameWidth, setNameWidth] = useState<((label: string) => number) | null>(null);

  useEffect(() => {
    void createMeasure().then((measure) => setNameWidth(() => (label: string) => measure(label, 'name')));
  }, []);

  useEffect(() => {
    let ended = false;
    let made: Core | null = null;
    void import('cytoscape').then(({ default: cytoscape }) => {
      if (ended || !box.current) return;
      made = cytoscape({
        container: box.current,
        autoungrabify: true,
        boxSelectionEnabled: false,
        minZoom: 0.1,
        maxZoom: 2.5,
        selectionType: 'single',
        styleEnabled: true,
      });
      listen(made, () => handlers.current);
      setCy(made);
      onReady(made);
      made.on('zoom', (event) => setZoomedOut(event.cy.zoom() < DETAIL_ZOOM));
    });
    return () => {
      ended = true;
      onReady(null);
      setCy(null);
      made?.destroy();
    };
  }, [onReady]);

  useEffect(() => {
    cy?.style(styleOf(palette, plain));
  }, [cy, palette, plain]);

  useEffect(() => {
    const corner =
      cy && nameWidth
        ? syncElements(cy, elementsOf(picture, palette, nameWidth), picture.layout, chosen.current)
        : null;
    if (corner) handlers.current.onFit(corner);
  }, [cy, picture, palette, nameWidth]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: elements that came or went need their marks too
  useEffect(() => {
    if (cy) applyMarks(cy, marks);
  }, [cy, marks.node, marks.edge, marks.cursor, picture]);

  const { topology } = picture;
  return (
    <div
      className="graph-canvas"
      data-testid="graph-canvas"
      data-state={cy && nameWidth ? 'ready' : 'loading'}
      data-nodes={topology.nodes.length}
      data-edges={topology.edges.length}
      data-groups={topology.groups.length}
      data-hidden={hidden}
    >
      <div
        ref={box}
        className="graph-surface"
        role="application"
        aria-label={label}
        aria-describedby={describedBy}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrows move within it, each step is told
        tabIndex={0}
        onKeyDown={onKeyDown}
      />
      {/* The library adds a style element of its own unless one of this id is there; the page's policy would refuse it. */}
      <span id="__________cytoscape_stylesheet" hidden />
      {children}
    </div>
  );
}

/** From here on single dashes can be told apart. */
const DETAIL_ZOOM = 0.6;

interface Handlers {
  readonly onNode: (id: string) => void;
  readonly onEdge: (id: string) => void;
  readonly onBackground: () => void;
  readonly onToggle: (groupId: string) => void;
  readonly onHover: (edgeId: string | null) => void;
  readonly onViewport: (viewport: Viewport) => void;
}

function listen(cy: Core, handlers: () => Handlers): void {
  cy.on('tap', (event) => {
    if (event.target === cy || event.target.hasClass('group')) handlers().onBackground();
  });
  cy.on('tap', 'node.node', (event) => handlers().onNode(event.target.id()));
  cy.on('tap', 'edge', (event) => handlers().onEdge(event.target.id()));
  cy.on('dbltap', 'node.collapsed', (event) => handlers().onToggle(event.target.id()));
  cy.on('dbltap', 'node.group', (event) => handlers().onToggle(event.target.id().replace(/^frame /, '')));
  cy.on('mouseover', 'edge', (event) => handlers().onHover(event.target.id()));
  cy.on('mouseout', 'edge', () => handlers().onHover(null));
  watchViewport(cy, (viewport) => handlers().onViewport(viewport));
}

/** Selected edge with its ends, the ends of a selected node, and the keyboard's place. */
function applyMarks(cy: Core, { node, edge, cursor }: Marks): void {
  cy.batch(() => {
    cy.elements().removeClass('selected end cursor calm');
    if (edge) {
      const chosen = cy.getElementById(edge);
      chosen.addClass('selected');
      chosen.connectedNodes().addClass('end');
    }
    if (node) {
      const chosen = cy.getElementById(node);
      chosen.addClass('end');
      chosen.connectedEdges().addClass('selected');
    }
    if (edge || node) cy.edges('.allowed').not('.selected').addClass('calm');
    if (cursor) cy.getElementById(cursor).addClass('cursor');
  });
}

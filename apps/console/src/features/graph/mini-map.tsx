'use client';
import { Button } from '@margay/ui';
import type { Core } from 'cytoscape';
import type { PointerEvent } from 'react';
import type { Corner } from './sync-elements.ts';
import type { Picture } from './use-layout.ts';
import { zoomBy } from './viewport.ts';
import { useViewport, type ViewportStore } from './viewport-store.ts';

const WIDTH = 116;
const HEIGHT = 80;
const PAD = 5;

/** Where one is in the whole, with the zoom in its foot. Press to go there. */
export function MiniMap({
  picture,
  store,
  cy,
  marked,
  corner,
  onFit,
}: {
  picture: Picture;
  store: ViewportStore;
  cy: Core | null;
  marked: ReadonlySet<string>;
  corner: Corner;
  onFit: () => void;
}) {
  const viewport = useViewport(store);
  const { layout } = picture;
  const scale = Math.min(
    (WIDTH - 2 * PAD) / Math.max(1, layout.width),
    (HEIGHT - 2 * PAD) / Math.max(1, layout.height),
  );
  const left = (WIDTH - layout.width * scale) / 2 - layout.x * scale;
  const top = (HEIGHT - layout.height * scale) / 2 - layout.y * scale;
  const seen = viewport
    ? {
        x: -viewport.x / viewport.zoom,
        y: -viewport.y / viewport.zoom,
        width: viewport.width / viewport.zoom,
        height: viewport.height / viewport.zoom,
      }
    : null;
  const goTo = (event: PointerEvent<SVGSVGElement>) => {
    if (!cy) return;
    const box = event.currentTarget.getBoundingClientRect();
    const x = (event.clientX - box.left - left) / scale;
    const y = (event.clientY - box.top - top) / scale;
    cy.pan({ x: cy.width() / 2 - x * cy.zoom(), y: cy.height() / 2 - y * cy.zoom() });
  };
  return (
    <div className={`mini-map mini-map-${corner}`}>
      <svg
        width={WIDTH}
        height={HEIGHT}
        aria-hidden="true"
        onPointerDown={goTo}
        onPointerMove={(event) => (event.buttons === 1 ? goTo(event) : undefined)}
      >
        <g transform={`translate(${left} ${top}) scale(${scale})`}>
          {layout.groups.map((group) => (
            <rect
              key={group.id}
              className="mini-group"
              x={group.x}
              y={group.y}
              width={group.width}
              height={group.height}
              rx="14"
            />
          ))}
          {layout.nodes.map((node) => (
            <rect
              key={node.id}
              className={marked.has(node.id) ? 'mini-node mini-marked' : 'mini-node'}
              x={node.x}
              y={node.y}
              width={node.width}
              height={node.height}
              rx="8"
            />
          ))}
        </g>
        {seen ? (
          <rect
            className="mini-view"
            x={left + seen.x * scale}
            y={top + seen.y * scale}
            width={seen.width * scale}
            height={seen.height * scale}
            rx="3"
          />
        ) : null}
      </svg>
      <div className="mini-zoom">
        <Button kind="quiet" size="s" icon="minus" aria-label="Zoom out" onClick={() => cy && zoomBy(cy, 1 / 1.25)} />
        <span className="num" data-testid="zoom">
          {viewport ? `${Math.round(viewport.zoom * 100)}\u00a0%` : ''}
        </span>
        <Button kind="quiet" size="s" icon="plus" aria-label="Zoom in" onClick={() => cy && zoomBy(cy, 1.25)} />
        <Button kind="quiet" size="s" icon="fit" aria-label="Show all" onClick={onFit} />
      </div>
    </div>
  );
}

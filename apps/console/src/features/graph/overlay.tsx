'use client';
import type { PlacedNode, TopologyEdge } from '@margay/graph';
import { formatRate, Glyph, Icon } from '@margay/ui';
import { type CSSProperties, useMemo } from 'react';
import { midpointOf, quadsOf } from './edge-shape.ts';
import { pillOf } from './elements.ts';
import type { Picture } from './use-layout.ts';
import type { Viewport } from './viewport.ts';
import { useViewport, type ViewportStore } from './viewport-store.ts';
import { groupWords, groupWordsFor } from './words.ts';

/** What the canvas cannot say: group titles with their buttons, the glyph of a denied edge, the label of the one in hand. Moves with the canvas. */
export function Overlay({
  picture,
  store,
  labelled,
  seconds,
  onToggle,
}: {
  picture: Picture;
  store: ViewportStore;
  labelled: string | null;
  seconds: number;
  onToggle: (groupId: string) => void;
}) {
  const viewport = useViewport(store);
  const middles = useMemo(
    () => new Map(picture.layout.edges.map((edge) => [edge.id, midpointOf(quadsOf(edge.points))])),
    [picture.layout],
  );
  const { topology, layout } = picture;
  const groups = new Map(topology.groups.map((group) => [group.id, group]));
  const collapsed = topology.nodes.filter((node) => node.isCollapsedGroup);
  const rects = new Map(layout.nodes.map((node) => [node.id, node]));
  if (!viewport) return null;
  return (
    <div className="graph-overlay" style={placeOf(viewport)}>
      {layout.groups.map((rect) => {
        const group = groups.get(rect.id);
        if (!group) return null;
        return (
          <div
            key={rect.id}
            className="graph-title"
            style={{ left: rect.x + 8, top: rect.y + 6, maxWidth: rect.width - 16 }}
          >
            <button
              type="button"
              className="graph-toggle"
              aria-label={`Collapse ${group.label}`}
              title={`Collapse ${group.label}`}
              onClick={() => onToggle(rect.id)}
            >
              <Icon name="down" small />
              <span className="graph-title-name cut">{group.label}</span>
            </button>
            <span className="graph-title-words cut" title={groupWords(group)}>
              {groupWordsFor(group, rect.width)}
            </span>
          </div>
        );
      })}
      {collapsed.map((node) => {
        const rect = rects.get(node.id);
        if (!rect) return null;
        return (
          <Count key={node.id} rect={rect} label={node.label} members={node.members} onOpen={() => onToggle(node.id)} />
        );
      })}
      {topology.edges.map((edge) => {
        const middle = middles.get(edge.id);
        if (!middle) return null;
        const isLabelled = edge.id === labelled;
        if (!isLabelled && (edge.verdict !== 'denied' || !edge.inLens)) return null;
        return (
          <div
            key={edge.id}
            className={`graph-mark tone-${edge.verdict}`}
            style={{ left: middle.x, top: middle.y }}
            aria-hidden="true"
          >
            {isLabelled ? <EdgeLabel edge={edge} seconds={seconds} /> : <Glyph tone={edge.verdict} />}
          </div>
        );
      })}
    </div>
  );
}

/** Moves with the canvas; `--grow` keeps targets 24 px large when it is small. */
function placeOf({ x, y, zoom }: Viewport): CSSProperties {
  return { transform: `translate(${x}px, ${y}px) scale(${zoom})`, '--grow': Math.max(1, 1 / zoom) } as CSSProperties;
}

function EdgeLabel({ edge, seconds }: { edge: TopologyEdge; seconds: number }) {
  return (
    <span className="graph-label mono">
      <Glyph tone={edge.verdict} />
      {edge.ports[0]}
      {edge.portCount > 1 ? ` +${edge.portCount - 1}` : ''} {formatRate(edge.connections, seconds)}
    </span>
  );
}

function Count({
  rect,
  label,
  members,
  onOpen,
}: {
  rect: PlacedNode;
  label: string;
  members: number;
  onOpen: () => void;
}) {
  const pill = pillOf(rect, true);
  return (
    <button
      type="button"
      className="graph-count"
      style={{ left: pill.x + pill.width, top: pill.y + pill.height / 2 }}
      aria-label={`Expand ${label}, ${members} members`}
      title={`Expand ${label}`}
      onClick={onOpen}
    >
      {members}
    </button>
  );
}

'use client';
import { Button } from '@margay/ui';
import type { Core } from 'cytoscape';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { GraphCanvas } from './graph-canvas.tsx';
import { Legend } from './legend.tsx';
import { MiniMap } from './mini-map.tsx';
import type { Palette } from './node-image.ts';
import { Overlay } from './overlay.tsx';
import { type Corner, fitPicture } from './sync-elements.ts';
import { useTraversal } from './use-graph-keys.ts';
import type { Picture } from './use-layout.ts';
import type { Selection } from './use-selection.ts';
import { reveal, viewportOf } from './viewport.ts';
import { createViewportStore } from './viewport-store.ts';
import { pictureSentence } from './words.ts';

/** The canvas with what lies over it: titles, marks, legend, map. Keeps the last picture while the next is made. */
export function Stage({
  picture,
  palette,
  seconds,
  selection,
  onToggle,
  narrow,
}: {
  picture: Picture | null;
  palette: Palette | null;
  seconds: number;
  selection: Selection;
  onToggle: (groupId: string) => void;
  narrow: boolean;
}) {
  const [cy, setCy] = useState<Core | null>(null);
  const [corner, setCorner] = useState<Corner>('bottom');
  const [hovered, setHovered] = useState<string | null>(null);
  const store = useMemo(createViewportStore, []);
  const go = useCallback((id: string) => cy && reveal(cy, id), [cy]);
  const traversal = useTraversal(picture, seconds, {
    selectNode: selection.selectNode,
    selectEdge: selection.selectEdge,
    toggle: onToggle,
    reveal: go,
  });
  const chosen = selection.edge ?? selection.node;
  useEffect(() => {
    if (chosen) go(chosen);
  }, [chosen, go]);
  const fit = () => {
    if (cy) setCorner(fitPicture(cy));
  };
  const onReady = useCallback(
    (made: Core | null) => {
      setCy(made);
      if (made) store.set(viewportOf(made));
    },
    [store],
  );
  const marked = useMemo(() => markedNodes(picture, selection), [picture, selection]);
  if (!picture || !palette)
    return <div className="graph-canvas after-150" aria-busy="true" data-testid="graph-canvas" data-state="loading" />;
  const hidden = picture.topology.hiddenCounts.dns + picture.topology.hiddenCounts.probes;
  return (
    <GraphCanvas
      picture={picture}
      palette={palette}
      marks={{ node: selection.node, edge: selection.edge, cursor: traversal.cursor }}
      label={pictureSentence(picture.topology)}
      describedBy="graph-help"
      hidden={hidden}
      onNode={selection.selectNode}
      onEdge={selection.selectEdge}
      onBackground={selection.clear}
      onToggle={onToggle}
      onHover={setHovered}
      onKeyDown={traversal.onKeyDown}
      onReady={onReady}
      onViewport={store.set}
      onFit={setCorner}
    >
      <p id="graph-help" className="sr-only">
        Arrows move from node to node, J and K along the edges of a node, Enter opens. T shows the same as a table.
      </p>
      <div className="sr-only" aria-live="polite">
        {traversal.told}
      </div>
      <Overlay
        picture={picture}
        store={store}
        labelled={hovered ?? selection.edge}
        seconds={seconds}
        onToggle={onToggle}
      />
      {narrow ? (
        <div className="graph-fit">
          <Button icon="fit" aria-label="Show all" onClick={fit} />
        </div>
      ) : (
        <>
          <Legend />
          <MiniMap picture={picture} store={store} cy={cy} marked={marked} corner={corner} onFit={fit} />
        </>
      )}
    </GraphCanvas>
  );
}

function markedNodes(picture: Picture | null, { node, edge }: Selection): ReadonlySet<string> {
  const chosen = picture?.topology.edges.find((each) => each.id === edge);
  return new Set([node, chosen?.source, chosen?.target].filter((id): id is string => typeof id === 'string'));
}

'use client';
import {
  createLayoutClient,
  type Layout,
  type LayoutClient,
  type LayoutWorker,
  type MeasureText,
  placeIncrementally,
  sizeGraph,
  type Topology,
} from '@margay/graph';
import { useCallback, useEffect, useRef, useState } from 'react';
import { createMeasure } from './measure.ts';

export interface Picture {
  readonly topology: Topology;
  readonly layout: Layout;
}

export interface PictureState {
  /** Null until the first is laid out. */
  readonly picture: Picture | null;
  readonly error: string | null;
  /** Lays out anew: the only thing that moves what stands. */
  readonly tidy: () => void;
}

/** A picture for the topology: laid out once in a worker, then kept; what comes is placed beside it, so that nodes never jump. `scene` names another picture altogether. */
export function usePicture(topology: Topology | null, scene: string): PictureState {
  const [state, setState] = useState<{ picture: Picture | null; error: string | null; scene: string }>({
    picture: null,
    error: null,
    scene,
  });
  const [wish, setWish] = useState(0);
  const current = useRef<Layout | null>(null);
  const drawn = useRef({ scene: '', wish: -1 });
  const tools = useTools();

  useEffect(() => {
    if (!topology || !tools) return;
    const graph = sizeGraph(topology, tools.measure);
    const isSame = drawn.current.scene === scene && drawn.current.wish === wish;
    if (isSame && current.current && current.current.nodes.length > 0) {
      current.current = placeIncrementally(current.current, graph);
      setState({ picture: { topology, layout: current.current }, error: null, scene });
      return;
    }
    let cancelled = false;
    void tools.client.layOut(graph).then(
      (layout) => {
        if (cancelled) return;
        current.current = layout;
        drawn.current = { scene, wish };
        setState({ picture: { topology, layout }, error: null, scene });
      },
      (error: unknown) => {
        if (!cancelled)
          setState((before) => ({ ...before, error: error instanceof Error ? error.message : String(error) }));
      },
    );
    return () => {
      cancelled = true;
    };
  }, [topology, scene, wish, tools]);

  const tidy = useCallback(() => setWish((before) => before + 1), []);
  return { picture: state.picture, error: state.error, tidy };
}

/** Worker and text measure, made once. */
function useTools(): { client: LayoutClient; measure: MeasureText } | null {
  const [tools, setTools] = useState<{ client: LayoutClient; measure: MeasureText } | null>(null);
  useEffect(() => {
    const worker = new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' });
    const client = createLayoutClient(worker as unknown as LayoutWorker);
    let ended = false;
    void createMeasure().then((measure) => {
      if (!ended) setTools({ client, measure });
    });
    return () => {
      ended = true;
      client.dispose();
    };
  }, []);
  return tools;
}

import type { LayoutAnswer, LayoutRequest } from './protocol.ts';
import type { Layout, SizedGraph } from './types.ts';

/** What is used of a Worker; this file needs no DOM. */
export interface LayoutWorker {
  postMessage(request: LayoutRequest): void;
  onmessage: ((event: { data: LayoutAnswer }) => void) | null;
  onerror: ((event: { message?: string }) => void) | null;
  terminate(): void;
}
export interface LayoutClient {
  /** Lays a graph out in the worker. Rejects when that fails or the client is disposed. */
  layOut(graph: SizedGraph): Promise<Layout>;
  dispose(): void;
}

/** The page's end of the layout worker. */
export function createLayoutClient(worker: LayoutWorker): LayoutClient {
  const waiting = new Map<number, { resolve: (layout: Layout) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  const failAll = (message: string) => {
    for (const { reject } of waiting.values()) reject(new Error(message));
    waiting.clear();
  };
  worker.onmessage = ({ data }) => {
    const call = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.layout === null) call?.reject(new Error(`the graph could not be laid out: ${data.error}`));
    else call?.resolve(data.layout);
  };
  worker.onerror = ({ message }) => failAll(`the layout worker failed: ${message ?? 'no reason given'}`);
  return {
    layOut: (graph) =>
      new Promise((resolve, reject) => {
        lastId += 1;
        waiting.set(lastId, { resolve, reject });
        worker.postMessage({ id: lastId, graph });
      }),
    dispose: () => {
      worker.terminate();
      failAll('the layout was given up');
    },
  };
}

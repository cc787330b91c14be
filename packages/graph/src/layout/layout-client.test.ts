import ELK from 'elkjs/lib/elk.bundled.js';
import { describe, expect, it } from 'vitest';
import { createLayoutClient, type LayoutWorker } from './layout-client.ts';
import { answerLayout } from './protocol.ts';
import { relativeBends } from './relative-bends.ts';
import type { SizedGraph } from './types.ts';

const graph: SizedGraph = { nodes: [{ id: 'a', group: null, width: 80, height: 28 }], groups: [], edges: [] };

/** The worker's own code without its thread; what passes between is cloned as by postMessage. */
function inProcess(): LayoutWorker & { isTerminated: boolean } {
  const elk = new ELK();
  const worker: LayoutWorker & { isTerminated: boolean } = {
    isTerminated: false,
    onmessage: null,
    onerror: null,
    postMessage: async (request) => {
      const answer = await answerLayout(elk, structuredClone(request));
      if (!worker.isTerminated) worker.onmessage?.({ data: structuredClone(answer) });
    },
    terminate: () => {
      worker.isTerminated = true;
    },
  };
  return worker;
}

describe('createLayoutClient', () => {
  it('answers each call with its own layout', async () => {
    const client = createLayoutClient(inProcess());
    const two = { ...graph, nodes: [...graph.nodes, { id: 'b', group: null, width: 80, height: 28 }] };
    const [first, second] = await Promise.all([client.layOut(graph), client.layOut(two)]);
    expect([first.nodes.length, second.nodes.length]).toEqual([1, 2]);
  });

  it('says why a graph cannot be laid out, and goes on', async () => {
    const client = createLayoutClient(inProcess());
    const broken = { ...graph, edges: [{ id: 'e', source: 'a', target: 'nobody' }] };
    await expect(client.layOut(broken)).rejects.toThrow(/could not be laid out: .*nobody/);
    expect((await client.layOut(graph)).nodes).toHaveLength(1);
  });

  it('leaves nobody waiting when the worker fails or is given up', async () => {
    const worker = inProcess();
    const client = createLayoutClient(worker);
    const failed = client.layOut(graph);
    worker.onerror?.({ message: 'out of memory' });
    await expect(failed).rejects.toThrow('the layout worker failed: out of memory');
    const givenUp = client.layOut(graph);
    client.dispose();
    await expect(givenUp).rejects.toThrow('the layout was given up');
    expect(worker.isTerminated).toBe(true);
  });
});

describe('relativeBends', () => {
  it('says where bends are along and beside the straight line', () => {
    const bends = relativeBends([
      { x: 0, y: 0 },
      { x: 50, y: 0 },
      { x: 50, y: 40 },
      { x: 100, y: 0 },
    ]);
    expect(bends).toEqual([
      { weight: 0.5, distance: 0 },
      { weight: 0.5, distance: 40 },
    ]);
    expect(
      relativeBends([
        { x: 1, y: 1 },
        { x: 1, y: 1 },
      ]),
    ).toEqual([]);
  });
});

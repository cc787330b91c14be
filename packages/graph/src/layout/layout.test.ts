import ELK from 'elkjs/lib/elk.bundled.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectTidy } from '../../test/expect-tidy.ts';
import { edge, external, measure, shopAndBank, workload, workloadPeer } from '../../test/fixtures.ts';
import { randomGraph } from '../../test/random-graph.ts';
import { buildTopology } from '../topology/build-topology.ts';
import { initialExpansion } from '../topology/initial-expansion.ts';
import type { TopologyInput } from '../topology/types.ts';
import { EMPTY_LAYOUT, layOut } from './lay-out.ts';
import { placeIncrementally } from './place-incrementally.ts';
import { sizeGraph } from './size-graph.ts';
import type { Layout, SizedGraph } from './types.ts';

const elk = new ELK();
const sized = (
  input: Pick<TopologyInput, 'edges' | 'workloads'>,
  expanded = initialExpansion(input.edges, input.workloads),
) => sizeGraph(buildTopology({ ...input, expanded, rangeMs: 1_000 }), measure);
const placeOf = (layout: Layout, id: string) => {
  const found = layout.nodes.find((node) => node.id === id);
  if (found === undefined) throw new Error(`${id} is not drawn`);
  return found;
};
const shop = (name: string) => `workload/shop/Deployment/${name}`;

describe('layOut', () => {
  it('reads from left to right, in a shape that a screen has room for', async () => {
    const graph = sized(shopAndBank());
    const layout = await layOut(elk, graph);
    expectTidy(layout, graph);
    const [caller, front, checkout, payment, outside] = [
      'external/198.51.100.1',
      shop('frontend'),
      shop('checkoutservice'),
      shop('paymentservice'),
      'external/203.0.113.10',
    ].map((id) => placeOf(layout, id).x);
    expect(caller).toBeLessThan(front!);
    expect(front).toBeLessThan(checkout!);
    expect(checkout).toBeLessThan(payment!);
    expect(payment).toBeLessThan(outside!);
    expect(layout.width / layout.height).toBeLessThan(2.5);
  });

  it('gives the same picture for the same graph in any order', async () => {
    const graph = sized(shopAndBank());
    const { nodes, groups, edges } = graph;
    const reversed = { nodes: [...nodes].reverse(), groups: [...groups].reverse(), edges: [...edges].reverse() };
    const first = await layOut(elk, graph);
    expect(await layOut(new ELK(), reversed)).toEqual(first);
    expect(await layOut(elk, graph)).toEqual(first);
  });

  it('sets what has no edge in rows, not in one tall column', async () => {
    const workloads = Array.from({ length: 24 }, (_, place) => workload(`shop/w${place}`));
    const layout = await layOut(elk, sized({ edges: [], workloads }));
    expect(new Set(layout.nodes.map(({ x }) => Math.round(x))).size).toBeGreaterThanOrEqual(4);
    expect(layout.width / layout.height).toBeGreaterThan(0.7);
  });

  it('draws nothing of nothing', async () => {
    expect(await layOut(elk, { nodes: [], groups: [], edges: [] })).toEqual(EMPTY_LAYOUT);
  });

  it('keeps every picture tidy', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(randomGraph, async (graph) => {
        expectTidy(await layOut(elk, graph), graph);
      }),
      { numRuns: 60 },
    );
  });
});

describe('placeIncrementally', () => {
  const stays = (before: Layout, after: Layout) => {
    for (const node of before.nodes) {
      const now = after.nodes.find(({ id, group }) => id === node.id && group === node.group);
      if (now !== undefined && (now.x !== node.x || now.y !== node.y)) throw new Error(`${node.id} moved`);
    }
  };

  it('never moves what stands, lays nothing on anything, keeps nodes in their groups; in any sequence of graphs', () => {
    fc.assert(
      fc.property(fc.array(randomGraph, { minLength: 2, maxLength: 6 }), (graphs) => {
        let layout = EMPTY_LAYOUT;
        for (const graph of graphs) {
          const next = placeIncrementally(layout, graph);
          stays(layout, next);
          expectTidy(next, graph);
          expect(placeIncrementally(layout, graph)).toEqual(next);
          layout = next;
        }
      }),
      { numRuns: 150 },
    );
  });

  it('changes nothing where nothing came or went', async () => {
    const graph = sized(shopAndBank());
    const layout = await layOut(elk, graph);
    const next = placeIncrementally(layout, graph);
    expect(next.nodes).toEqual(layout.nodes);
    expect(next.groups).toEqual(layout.groups);
    expect(next.edges).toEqual(layout.edges);
    expect(next.crowded).toEqual([]);
  });

  it('puts a new workload to the right of who calls it, a new address outside', async () => {
    const input = shopAndBank();
    const before = await layOut(elk, sized(input));
    const edges = [
      ...input.edges,
      edge(workloadPeer('shop/checkoutservice'), workloadPeer('shop/taxservice')),
      edge(workloadPeer('shop/checkoutservice'), external('203.0.113.99')),
    ];
    const graph = sized({ ...input, edges });
    const after = placeIncrementally(before, graph);
    stays(before, after);
    expectTidy(after, graph);
    const [checkout, tax] = [placeOf(after, shop('checkoutservice')), placeOf(after, shop('taxservice'))];
    expect(tax.x).toBeGreaterThan(checkout.x + checkout.width);
    expect(placeOf(after, 'external/203.0.113.99').group).toBe('outside');
    expect(after.crowded).toEqual([]);
  });

  it('opens a group without moving others, and finds its places again when it was closed between', async () => {
    const input = shopAndBank();
    const open = initialExpansion(input.edges, input.workloads);
    const without = new Set([...open].filter((id) => id !== 'namespace/bank'));
    const first = await layOut(elk, sized(input, open));
    const closed = placeIncrementally(first, sized(input, without));
    const again = placeIncrementally(closed, sized(input, open));
    for (const layout of [closed, again]) stays(first, layout);
    expectTidy(closed, sized(input, without));
    expect(again.nodes).toEqual(first.nodes);
    const fresh = await layOut(elk, sized(input, without));
    const opened = placeIncrementally(fresh, sized(input, open));
    stays(fresh, opened);
    expectTidy(opened, sized(input, open));
    expect(opened.crowded).toEqual([]);
  });

  it('says where it grows crowded instead of moving anything', () => {
    // A group walled in on all sides by nodes that may not move.
    const wall = [-1, 0, 1]
      .flatMap((column) => [-1, 0, 1].map((row) => ({ column, row })))
      .filter(({ column, row }) => column !== 0 || row !== 0);
    const nodes = wall.map(({ column, row }) => ({
      id: `wall ${column} ${row}`,
      group: null,
      x: column * 150,
      y: row * 110,
      width: 120,
      height: 84,
    }));
    const inner = { id: 'a', group: 'g', x: 16, y: 40, width: 80, height: 28 };
    const previous: Layout = {
      ...EMPTY_LAYOUT,
      nodes: [...nodes, inner],
      groups: [{ id: 'g', x: 0, y: 0, width: 112, height: 84 }],
    };
    const graph: SizedGraph = {
      nodes: [...previous.nodes, { id: 'b', group: 'g', width: 80, height: 28 }],
      groups: [{ id: 'g', titleWidth: 50 }],
      edges: [],
    };
    const next = placeIncrementally(previous, graph);
    stays(previous, next);
    expectTidy(next, graph);
    expect(next.crowded).toEqual(['g']);
  });
});

describe('size', () => {
  it('lays out 1,000 elements (time is printed, not judged)', { timeout: 120_000 }, async () => {
    const workloads = Array.from({ length: 400 }, (_, place) => workload(`ns${place % 20}/w${place}`));
    const edges = Array.from({ length: 600 }, (_, place) => {
      const from = (place * 7 + Math.floor(place / 400)) % 400;
      const to = place % 5 === 0 ? (place * 13 + 3) % 400 : (from + 20 * (1 + (place % 4))) % 400;
      return edge(workloadPeer(`ns${from % 20}/w${from}`), workloadPeer(`ns${to % 20}/w${to}`));
    });
    const all = new Set(Array.from({ length: 20 }, (_, place) => `namespace/ns${place}`));
    const graph = sized({ edges, workloads }, all);
    let startMs = performance.now();
    const layout = await layOut(elk, graph);
    console.log(
      `${graph.nodes.length} nodes, ${graph.edges.length} edges: ${Math.round(performance.now() - startMs)} ms, ${Math.round(layout.width)} × ${Math.round(layout.height)}`,
    );
    expectTidy(layout, graph);
    const more = sized(
      {
        edges,
        workloads: [...workloads, ...Array.from({ length: 40 }, (_, place) => workload(`ns${place % 20}/new${place}`))],
      },
      all,
    );
    startMs = performance.now();
    const next = placeIncrementally(layout, more);
    console.log(`40 nodes more: ${Math.round(performance.now() - startMs)} ms, crowded ${next.crowded.length}`);
    expectTidy(next, more);
    const closed = sized({ edges, workloads }, new Set());
    startMs = performance.now();
    await layOut(elk, closed);
    console.log(
      `collapsed to ${closed.nodes.length} nodes, ${closed.edges.length} edges: ${Math.round(performance.now() - startMs)} ms`,
    );
  });
});

import { hash64, type MergedEdge, type Peer, peerId } from '@margay/model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { batchOf, type Engine, external, type Fact, newScope, service, workload } from './harness.ts';

const frontend = workload('shop', 'frontend');
const cart = workload('shop', 'cart');
const redis = workload('shop', 'redis');
const cartService = service('shop', 'cart');
const MINUTE = 60_000;
const HOUR = 3_600_000;

/** What the contract of {@link FlowStore} promises, on any engine. */
export function describeFlowStore(name: string, open: () => Promise<Engine>): void {
  describe(`flow store on ${name}`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await open();
    });
    afterAll(async () => {
      await engine.close();
    });
    const now = () => Date.now();
    const lastHour = () => ({ fromMs: now() - 50 * MINUTE, toMs: now() + MINUTE });
    const show = (edges: readonly MergedEdge[]) =>
      edges
        .map((e) => {
          const ends = `${e.seenAt.src ? 's' : ''}${e.seenAt.dst ? 'd' : ''}`;
          const via = e.service ? ` via ${e.service.name}` : '';
          return `${label(e.src)} > ${label(e.dst)}:${e.port}${via} ${e.action} ${ends} ${e.connectionsStarted}c ${e.bytesForward}/${e.bytesReverse}b`;
        })
        .sort();

    describe('append', () => {
      test('rows are visible once it resolves', async () => {
        const scope = newScope();
        const answer = await engine.store.append(scope, batchOf([{ src: frontend, dst: cart, atMs: now() }]), now());
        expect(answer).toEqual({ rows: 1, duplicate: false, unknownPeers: [], refused: [] });
        const { edges } = await engine.store.edges(scope, lastHour());
        expect(show(edges)).toEqual(['shop/frontend > shop/cart:8080 allow s 1c 400/1600b']);
        expect(edges[0]).toMatchObject({ src: frontend, dst: cart, service: null, evidence: 'kernel', flows: 1 });
      });

      test('a batch id counts once, also when sent twice at the same moment', async () => {
        const scope = newScope();
        const batch = batchOf([{ src: frontend, dst: cart, atMs: now() }]);
        const answers = await Promise.all([1, 2, 3].map(() => engine.store.append(scope, batch, now())));
        expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
        expect(answers.map(({ rows }) => rows)).toEqual([1, 1, 1]);
        const { edges } = await engine.store.edges(scope, lastHour());
        expect(edges[0]?.connectionsStarted).toBe(1);
      });

      test('the same batch id in another cluster is another batch', async () => {
        const [a, b] = [newScope(), newScope()];
        const batch = batchOf([{ src: frontend, dst: cart, atMs: now() }]);
        await engine.store.append(a, batch, now());
        expect((await engine.store.append(b, batch, now())).duplicate).toBe(false);
      });

      test('ids without a definition are asked for, counted as loss until it comes, then shown', async () => {
        const scope = newScope();
        const batch = batchOf([{ src: frontend, dst: cart, service: cartService, atMs: now() }], { peers: [frontend] });
        const answer = await engine.store.append(scope, batch, now());
        expect([...answer.unknownPeers].sort()).toEqual([peerId(cart), peerId(cartService)].sort());
        const before = await engine.store.edges(scope, lastHour());
        expect(before.edges).toEqual([]);
        expect(before.losses).toMatchObject([{ kind: 'identity', count: 1 }]);
        await engine.store.append(scope, batchOf([], { peers: [cart, cartService] }), now());
        const after = await engine.store.edges(scope, lastHour());
        expect(show(after.edges)).toEqual(['shop/frontend > shop/cart:8080 via cart allow s 1c 400/1600b']);
        expect(after.losses).toEqual([]);
        expect(
          await engine.store.append(scope, batchOf([{ src: cart, dst: frontend, atMs: now() }], { peers: [] }), now()),
        ).toMatchObject({ unknownPeers: [] });
      });

      test('a definition under a wrong id is refused and stores nothing', async () => {
        const scope = newScope();
        const batch = batchOf([{ src: frontend, dst: cart, atMs: now() }]);
        const forged = { ...batch, head: { ...batch.head, peers: [{ id: hash64('x'), peer: cart }] } };
        await expect(engine.store.append(scope, forged, now())).rejects.toMatchObject({ code: 'VALIDATION' });
        expect((await engine.store.edges(scope, lastHour())).edges).toEqual([]);
      });

      test('a salted id is another id of the same definition', async () => {
        const scope = newScope();
        const batch = batchOf([]);
        const peers = [{ id: peerId(cart, 1), peer: cart, salt: 1 }];
        await engine.store.append(scope, { ...batch, head: { ...batch.head, peers } }, now());
        expect(await engine.store.peers(scope, [peerId(cart, 1), peerId(cart)])).toEqual(
          new Map([[peerId(cart, 1), cart]]),
        );
      });

      test('rows too old or in the future are refused with their reason; the rest of the batch counts', async () => {
        const scope = newScope();
        const atMs = now();
        const facts: Fact[] = [
          { src: frontend, dst: cart, atMs },
          { src: frontend, dst: cart, atMs: atMs - 31 * 24 * HOUR },
          { src: frontend, dst: cart, atMs: atMs + 10 * MINUTE },
        ];
        const answer = await engine.store.append(scope, batchOf(facts), atMs);
        expect(answer.rows).toBe(1);
        expect([...answer.refused].sort((a, b) => (a.reason < b.reason ? -1 : 1))).toEqual([
          { reason: 'in-future', rows: 1 },
          { reason: 'too-old', rows: 1 },
        ]);
        const all = await engine.store.edges(scope, { fromMs: 0, toMs: atMs + HOUR });
        expect(show(all.edges)).toEqual(['shop/frontend > shop/cart:8080 allow s 1c 400/1600b']);
      });

      test('a wrong clock is corrected by received − sent', async () => {
        const scope = newScope();
        const wrong = now() - 400 * 24 * HOUR;
        const batch = batchOf([{ src: frontend, dst: cart, atMs: wrong - 1000 }], {
          sentAtMs: wrong,
          losses: [{ kind: 'spool-full', count: 7, sinceMs: wrong - 2000, untilMs: wrong - 1000 }],
        });
        const received = now();
        expect((await engine.store.append(scope, batch, received)).refused).toEqual([]);
        const { edges, losses } = await engine.store.edges(scope, lastHour());
        expect(edges[0]?.firstSeenMs).toBe(received - 1000);
        expect(losses).toEqual([
          { node: 'node-1', kind: 'spool-full', count: 7, sinceMs: received - 2000, untilMs: received - 1000 },
        ]);
      });
    });

    describe('both reporters', () => {
      test('are merged, never added; the Service comes from whoever knows it', async () => {
        const scope = newScope();
        const atMs = now();
        await engine.store.append(scope, batchOf([{ src: frontend, dst: cart, service: cartService, atMs }]), atMs);
        await engine.store.append(
          scope,
          batchOf([{ src: frontend, dst: cart, reporter: 'dst', atMs: atMs + 40, bytesForward: 380 }], {
            node: 'worker-2',
          }),
          atMs,
        );
        const { edges } = await engine.store.edges(scope, lastHour());
        expect(show(edges)).toEqual(['shop/frontend > shop/cart:8080 via cart allow sd 1c 400/1600b']);
        expect(edges[0]).toMatchObject({ firstSeenMs: atMs, lastSeenMs: atMs + 240 });
      });

      test('one side alone counts, and the fuller side is believed where the other missed much', async () => {
        const scope = newScope();
        const atMs = now();
        const facts: Fact[] = [
          { src: cart, dst: redis, reporter: 'dst', atMs },
          { src: frontend, dst: cart, atMs },
          ...[0, 1, 2].map((i): Fact => ({ src: frontend, dst: cart, reporter: 'dst', atMs: atMs - i * 5000 })),
        ];
        await engine.store.append(scope, batchOf(facts), atMs);
        const { edges } = await engine.store.edges(scope, lastHour());
        expect(show(edges)).toEqual([
          'shop/cart > shop/redis:8080 allow d 1c 400/1600b',
          'shop/frontend > shop/cart:8080 allow sd 3c 1200/4800b',
        ]);
      });

      test('allowed and denied traffic of one pair are two edges', async () => {
        const scope = newScope();
        const atMs = now();
        const denied = { action: 'deny', evidence: 'unanswered', bytesReverse: 0, packetsReverse: 0 } as const;
        await engine.store.append(
          scope,
          batchOf([
            { src: frontend, dst: cart, atMs },
            { src: frontend, dst: cart, atMs, ...denied },
          ]),
          atMs,
        );
        const { edges } = await engine.store.edges(scope, lastHour());
        expect(show(edges)).toEqual([
          'shop/frontend > shop/cart:8080 allow s 1c 400/1600b',
          'shop/frontend > shop/cart:8080 deny s 1c 400/0b',
        ]);
      });

      test('a destination that the source knew only as a Service becomes the workload that the destination names', async () => {
        const scope = newScope();
        const atMs = now();
        await engine.store.append(scope, batchOf([{ src: frontend, dst: cartService, port: 80, atMs }]), atMs);
        const alone = await engine.store.edges(scope, lastHour());
        expect(show(alone.edges)).toEqual(['shop/frontend > shop/cart:80 via cart allow s 1c 400/1600b']);
        await engine.store.append(scope, batchOf([{ src: frontend, dst: cart, reporter: 'dst', atMs }]), atMs);
        const both = await engine.store.edges(scope, lastHour());
        expect(show(both.edges)).toEqual(['shop/frontend > shop/cart:8080 via cart allow sd 1c 400/1600b']);
        const page = await engine.store.flows(scope, lastHour(), {}, { limit: 10 });
        expect(show(page.rows)).toEqual(show(both.edges));
        const { points } = await engine.store.timeline(scope, lastHour(), 60);
        expect(points.reduce((sum, p) => sum + p.connections, 0)).toBe(1);
      });
    });

    describe('flows', () => {
      test('newest first, page by page, each row once, however the pages are cut', async () => {
        const scope = newScope();
        const atMs = now();
        const facts: Fact[] = [];
        for (let i = 0; i < 40; i++)
          for (const dst of [cart, redis, external(`203.0.113.${i % 7}`)])
            facts.push({ src: frontend, dst, port: 8000 + (i % 3), atMs: atMs - i * 17_000 });
        await engine.store.append(scope, batchOf(facts), atMs);
        const all = await engine.store.flows(scope, lastHour(), {}, { limit: 500 });
        expect(all).toMatchObject({ resolutionSeconds: 5, nextCursor: null });
        expect(all.rows).toHaveLength(facts.length);
        expect(all.rows.map((r) => r.bucketStartMs)).toEqual(
          all.rows.map((r) => r.bucketStartMs).sort((a, b) => b - a),
        );
        const paged = [];
        let cursor: string | undefined;
        do {
          const page = await engine.store.flows(scope, lastHour(), {}, { limit: 7, cursor });
          paged.push(...page.rows);
          cursor = page.nextCursor ?? undefined;
        } while (cursor !== undefined);
        expect(paged).toEqual(all.rows);
      });

      test('a window with more flows than one look takes is given whole', async () => {
        const scope = newScope();
        const atMs = now() - 30_000;
        const sources = Array.from({ length: 700 }, (_, i) => workload('crowd', `w-${i}`));
        const facts = sources.flatMap((src) =>
          Array.from({ length: 100 }, (_, i): Fact => ({ src, dst: cart, port: 1000 + i, atMs })),
        );
        for (let at = 0; at < facts.length; at += 35_000)
          await engine.store.append(scope, batchOf(facts.slice(at, at + 35_000)), now());
        const keys = new Set<string>();
        let rows = 0;
        let cursor: string | undefined;
        do {
          const page = await engine.store.flows(scope, lastHour(), {}, { limit: 30_000, cursor });
          rows += page.rows.length;
          for (const row of page.rows) keys.add(`${row.srcId} ${row.port}`);
          cursor = page.nextCursor ?? undefined;
        } while (cursor !== undefined);
        expect([rows, keys.size]).toEqual([70_000, 70_000]);
      });

      test('a cursor of another list is refused', async () => {
        for (const cursor of ['1', 'x', "1' or 1=1", '1700000001234/zz'])
          await expect(engine.store.flows(newScope(), lastHour(), {}, { limit: 1, cursor })).rejects.toMatchObject({
            code: 'VALIDATION',
          });
      });

      test('a connection at a seam of the two ends’ windows is one row, seen at both', async () => {
        const scope = newScope();
        const window = Math.floor(now() / 5000) * 5000 - 60_000;
        await engine.store.append(scope, batchOf([{ src: frontend, dst: cart, atMs: window - 10 }]), now());
        await engine.store.append(
          scope,
          batchOf([{ src: frontend, dst: cart, reporter: 'dst', atMs: window + 10 }]),
          now(),
        );
        const { rows } = await engine.store.flows(scope, lastHour(), {}, { limit: 10 });
        expect(rows).toMatchObject([{ bucketStartMs: window - 5000, seenAt: { src: true, dst: true } }]);
      });

      test('filters', async () => {
        const scope = newScope();
        const atMs = now();
        const other = workload('bank', 'ledger');
        await engine.store.append(
          scope,
          batchOf([
            { src: frontend, dst: cart, service: cartService, atMs, addresses: ['10.1.0.9'] },
            { src: frontend, dst: cart, reporter: 'dst', atMs },
            { src: cart, dst: redis, port: 6379, atMs },
            { src: other, dst: external('198.51.100.20'), port: 53, protocol: 17, atMs },
            { src: other, dst: redis, action: 'deny', evidence: 'unanswered', atMs },
          ]),
          atMs,
        );
        const count = async (filter: Parameters<typeof engine.store.flows>[2]) =>
          (await engine.store.flows(scope, lastHour(), filter, { limit: 50 })).rows.length;
        expect(await count({})).toBe(4);
        expect(await count({ srcNamespace: ['shop'] })).toBe(2);
        expect(await count({ srcNamespace: ['shop', 'bank'] })).toBe(4);
        expect(await count({ srcNamespace: ['sho'] })).toBe(0);
        expect(await count({ srcNamespace: ['s*'] })).toBe(2);
        expect(await count({ srcName: ['%'] })).toBe(0);
        expect(await count({ dstName: ['redis'] })).toBe(2);
        expect(await count({ dstName: ['cart'] })).toBe(1);
        expect(await count({ name: ['cart'] })).toBe(2);
        expect(await count({ namespace: ['bank'], dstName: ['redis'] })).toBe(1);
        expect(await count({ protocol: [17] })).toBe(1);
        expect(await count({ port: [6379, 53] })).toBe(2);
        expect(await count({ action: ['deny'] })).toBe(1);
        expect(await count({ seenAt: 'both' })).toBe(1);
        expect(await count({ seenAt: 'src' })).toBe(3);
        expect(await count({ text: 'LEDG' })).toBe(2);
        expect(await count({ text: '10.1.0' })).toBe(1);
        expect(await count({ text: '198.51' })).toBe(1);
        expect(await count({ text: "'; drop schema flow" })).toBe(0);
      });
    });

    describe('scope', () => {
      test('another organisation or cluster sees nothing', async () => {
        const mine = newScope();
        const atMs = now();
        const losses = [{ kind: 'decode', count: 1, sinceMs: atMs - 1000, untilMs: atMs }] as const;
        await engine.store.append(mine, batchOf([{ src: frontend, dst: cart, atMs }], { losses }), atMs);
        await engine.maintenance.rollUp(Date.now());
        const strangers = [
          newScope(),
          { ...mine, orgId: newScope().orgId },
          { ...mine, clusterId: newScope().clusterId },
        ];
        for (const scope of strangers) {
          expect(await engine.store.edges(scope, lastHour())).toMatchObject({
            edges: [],
            losses: [],
            frontierMs: null,
          });
          expect((await engine.store.flows(scope, lastHour(), {}, { limit: 10 })).rows).toEqual([]);
          expect(
            (await engine.store.timeline(scope, lastHour(), 60)).points.every((p) => p.connections + p.lost === 0),
          ).toBe(true);
          expect(await engine.store.peers(scope, [peerId(cart)])).toEqual(new Map());
          expect(await engine.store.frontier(scope)).toEqual({ firstMs: null, lastMs: null, rows: 0 });
        }
        expect((await engine.store.edges(mine, lastHour())).edges).toHaveLength(1);
      });

      test('a forgotten cluster is hidden at once and takes nothing more; another stays', async () => {
        const [gone, stays] = [newScope(), newScope()];
        for (const scope of [gone, stays])
          await engine.store.append(scope, batchOf([{ src: frontend, dst: cart, atMs: now() }]), now());
        await engine.store.forget(gone);
        await engine.store.forget(gone);
        expect((await engine.store.edges(gone, lastHour())).edges).toEqual([]);
        expect((await engine.store.flows(gone, lastHour(), {}, { limit: 5 })).rows).toEqual([]);
        expect(await engine.store.peers(gone, [peerId(cart)])).toEqual(new Map());
        await expect(
          engine.store.append(gone, batchOf([{ src: frontend, dst: cart, atMs: now() }]), now()),
        ).rejects.toMatchObject({ code: 'NOT_FOUND' });
        expect((await engine.store.edges(stays, lastHour())).edges).toHaveLength(1);
      });
    });

    describe('frontier', () => {
      test('says first and last event and rows, before and after roll-up', async () => {
        const scope = newScope();
        const atMs = now();
        await engine.store.append(scope, batchOf([{ src: frontend, dst: cart, atMs: atMs - 90_000 }]), atMs);
        await engine.maintenance.rollUp(Date.now());
        await engine.store.append(scope, batchOf([{ src: frontend, dst: cart, atMs: atMs - 1000 }]), atMs);
        expect(await engine.store.frontier(scope)).toEqual({ firstMs: atMs - 90_000, lastMs: atMs - 800, rows: 2 });
        expect((await engine.store.edges(scope, lastHour())).frontierMs).toBe(atMs - 800);
      });
    });
  });
}

function label(peer: Peer): string {
  if (peer.kind === 'workload' || peer.kind === 'service') return `${peer.namespace}/${peer.name}`;
  return peer.kind === 'external' ? peer.address : peer.kind;
}

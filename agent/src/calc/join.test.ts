import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyBooks, somePod, someSample, someService, someSlice } from '../../test/books.ts';
import type { ConnectionSample, NatEntry } from '../flows/window.ts';
import { ExternalTable } from './external-table.ts';
import { addRows, type FlowRow } from './flow-row.ts';
import { type JoinInput, joinWindow } from './join.ts';

const [WEB, API, API2, NEW, DB] = ['10.244.1.1', '10.244.1.2', '10.244.2.2', '10.244.1.77', '10.244.2.3'];
const [API_VIP, MIX_VIP, NODE, OUTSIDE] = ['10.96.0.10', '10.96.0.11', '172.18.0.2', '203.0.113.9'];
const WINDOW_MS = 100_000;

function cluster() {
  const books = emptyBooks();
  books.nodes.change(null, { name: 'n1', addresses: [NODE], podCIDRs: ['10.244.1.0/24'] }, 1_000);
  books.pods.changeNamespace('shop', {}, 1_000);
  for (const [name, address] of [
    ['web-1', WEB],
    ['api-1', API],
    ['api-2', API2],
    ['db-1', DB],
  ] as const) {
    books.pods.change(null, somePod(name, address), 2_000);
    books.resolver.notePod(address);
  }
  books.services.changeService(null, someService('api', API_VIP, 80, 30_080), 2_000);
  books.services.changeService(null, someService('mix', MIX_VIP, 80), 2_000);
  books.services.changeSlice(null, someSlice('api', 8_080, [API, API2]));
  books.services.changeSlice(null, someSlice('mix', 8_080, [API, DB]));
  books.resolver.noteServices();
  return books;
}

function join(samples: readonly ConnectionSample[], over: Partial<JoinInput> = {}, books = cluster()) {
  return joinWindow({
    samples: samples.map((sample) => ({ sample, windowStartMs: WINDOW_MS, sinceMs: 105_000 })),
    natEntries: [],
    resolver: books.resolver,
    services: books.services,
    externals: new ExternalTable(2_000),
    nowMs: 105_000,
    holdMs: 3_000,
    ...over,
  });
}

/** `shop/web → shop/api TCP 8080 via api (src allow/kernel)` */
function textOf(result: ReturnType<typeof join>): string[] {
  const name = (id: string) => {
    const peer = result.peers.get(id);
    if (!peer) return 'nothing';
    if (peer.kind === 'workload' || peer.kind === 'node') return peer.name;
    if (peer.kind === 'service') return `service ${peer.name}`;
    return peer.kind === 'cidr' ? peer.cidr : `${peer.kind} ${peer.address}`;
  };
  return result.rows.map((row) => {
    const via = /^0+$/.test(row.service) ? '' : ` via ${name(row.service)}`;
    return `${name(row.src)} → ${name(row.dst)} ${row.protocol}/${row.port}${via} (${row.reporter} ${row.action}/${row.evidence})`;
  });
}

const nat: NatEntry = {
  protocol: 6,
  sourceAddress: WEB,
  sourcePort: 40_000,
  originalAddress: MIX_VIP,
  originalPort: 80,
  backendAddress: DB,
  backendPort: 5_432,
};

describe('joinWindow', () => {
  it.each<[string, Partial<ConnectionSample>, string]>([
    ['at the initiator', {}, 'web → api 6/8080 (src allow/kernel)'],
    [
      'at the responder',
      { localAddress: API, localPort: 8_080, remoteAddress: WEB, remotePort: 40_000, initiator: 'remote' },
      'web → api 6/8080 (dst allow/kernel)',
    ],
    [
      'through a Service of one workload',
      { remoteAddress: API_VIP, remotePort: 80 },
      'web → api 6/8080 via service api (src allow/kernel)',
    ],
    [
      'through a Service of two workloads',
      { remoteAddress: MIX_VIP, remotePort: 80 },
      'web → service mix 6/80 via service mix (src allow/kernel)',
    ],
    [
      'to a port that the Service has not',
      { remoteAddress: API_VIP, remotePort: 81 },
      'web → service api 6/81 via service api (src allow/kernel)',
    ],
    [
      'through a NodePort',
      { remoteAddress: NODE, remotePort: 30_080 },
      'web → api 6/8080 via service api (src allow/kernel)',
    ],
    ['to the node itself', { remoteAddress: NODE, remotePort: 10_250 }, 'web → n1 6/10250 (src allow/kernel)'],
    [
      'from the bridge of the node',
      { remoteAddress: '10.244.1.0', remotePort: 9, initiator: 'remote', localPort: 80 },
      'n1 → web 6/80 (dst allow/kernel)',
    ],
    [
      'to the outside',
      { remoteAddress: OUTSIDE, remotePort: 443 },
      `web → external ${OUTSIDE} 6/443 (src allow/kernel)`,
    ],
    ['unanswered', { outcome: 'unanswered' }, 'web → api 6/8080 (src deny/unanswered)'],
    ['ICMP', { protocol: 1, localPort: 2_048, remotePort: 2_048 }, 'web → api 1/2048 (src allow/kernel)'],
    [
      'under way, opened to a Service',
      { initiator: 'unknown', remoteAddress: MIX_VIP, remotePort: 80 },
      'web → service mix 6/80 via service mix (src allow/kernel)',
    ],
    ['under way, to a declared endpoint', { initiator: 'unknown' }, 'web → api 6/8080 (src allow/kernel)'],
    [
      'under way, at a declared endpoint',
      { initiator: 'unknown', localAddress: API, localPort: 8_080, remoteAddress: WEB, remotePort: 40_000 },
      'web → api 6/8080 (dst allow/kernel)',
    ],
  ])('%s', (_, sample, expected) => {
    const result = join([someSample(sample)]);
    expect(textOf(result)).toEqual([expected]);
    expect(result.losses).toEqual([]);
  });

  it('prefers the backend that conntrack chose', () => {
    const result = join([someSample({ remoteAddress: MIX_VIP, remotePort: 80 })], { natEntries: [nat] });
    expect(textOf(result)).toEqual(['web → db 6/5432 via service mix (src allow/kernel)']);
    expect(result.rows[0]?.addresses).toEqual([WEB, DB]);
  });

  it('counts a connection whose direction nobody can tell instead of guessing', () => {
    const result = join([someSample({ initiator: 'unknown', remoteAddress: OUTSIDE })]);
    expect(result).toMatchObject({ rows: [], held: [], losses: [{ kind: 'identity', count: 1 }] });
  });

  it('forward is source to destination, whoever reports', () => {
    const volumes = { bytesOut: 10, packetsOut: 1, bytesIn: 2_000, packetsIn: 3 };
    const src = join([someSample(volumes)]).rows[0];
    expect(src).toMatchObject({ bytesForward: 10, packetsForward: 1, bytesReverse: 2_000, packetsReverse: 3 });
    const dst = join([someSample({ ...volumes, initiator: 'remote' })]).rows[0];
    expect(dst).toMatchObject({ bytesForward: 2_000, packetsForward: 3, bytesReverse: 10, packetsReverse: 1 });
  });

  it('holds an unknown address of the pod range until a watch tells', () => {
    const books = cluster();
    const first = join([someSample({ remoteAddress: NEW })], {}, books);
    expect(first).toMatchObject({ rows: [], losses: [] });
    expect(first.held).toHaveLength(1);
    books.pods.change(null, somePod('late-1', NEW, { sinceMs: 100_000 }), 107_000);
    const second = join([], { samples: first.held, nowMs: 110_000 }, books);
    expect(textOf(second)).toEqual(['web → late 6/8080 (src allow/kernel)']);
    expect(second.rows[0]?.windowStart).toBe(WINDOW_MS / 1_000);
  });

  it('gives up after a while: unknown inside the pod range, outside beside it, and waits there once only', () => {
    const books = cluster();
    const beside = '10.244.2.200';
    const held = join([someSample({ remoteAddress: NEW }), someSample({ remoteAddress: beside })], {}, books).held;
    const result = join([], { samples: held, nowMs: 110_000 }, books);
    expect(textOf(result).sort()).toEqual([
      `web → external ${beside} 6/8080 (src allow/kernel)`,
      `web → unknown ${NEW} 6/8080 (src allow/kernel)`,
    ]);
    expect(result.losses).toEqual([{ kind: 'identity', count: 1 }]);
    expect(join([someSample({ remoteAddress: beside })], {}, books).held).toEqual([]);
  });

  it('counts what a CIDR bucket swallowed and keeps its addresses', () => {
    const samples = ['198.51.100.1', '198.51.100.2', '198.51.100.3'].map((remoteAddress) =>
      someSample({ remoteAddress }),
    );
    const result = join(samples, { externals: new ExternalTable(1) });
    expect(textOf(result)).toEqual([
      'web → external 198.51.100.1 6/8080 (src allow/kernel)',
      'web → 198.51.100.0/24 6/8080 (src allow/kernel)',
    ]);
    expect(result.losses).toEqual([{ kind: 'address-cap', count: 2 }]);
    expect(result.rows[1]?.addresses).toEqual([WEB, '198.51.100.2', '198.51.100.3']);
  });

  it('looks at the window for connections that are older than what is remembered', () => {
    const books = cluster();
    books.pods.change(null, somePod('reborn-1', '10.244.9.9', { sinceMs: 90_000 }), 90_000);
    const result = join(
      [someSample({ remoteAddress: '10.244.9.9', firstSeenMs: 5_000, lastSeenMs: 104_000 })],
      {},
      books,
    );
    expect(textOf(result)).toEqual(['web → reborn 6/8080 (src allow/kernel)']);
  });
});

describe('joinWindow, for any samples', () => {
  const address = fc.constantFrom(
    WEB,
    API,
    API2,
    DB,
    API_VIP,
    MIX_VIP,
    NODE,
    NEW,
    OUTSIDE,
    '198.51.100.7',
    '2001:db8::1',
  );
  const sample = fc
    .record({
      localAddress: fc.constantFrom(WEB, API, API2, DB),
      remoteAddress: address,
      protocol: fc.constantFrom(6, 17, 1),
      localPort: fc.constantFrom(8_080, 40_000, 40_001),
      remotePort: fc.constantFrom(80, 8_080, 30_080, 53),
      initiator: fc.constantFrom('local' as const, 'remote' as const),
      bytesOut: fc.nat(1e6),
      packetsOut: fc.nat(1e3),
      bytesIn: fc.nat(1e6),
      packetsIn: fc.nat(1e3),
      started: fc.nat(1),
      completed: fc.nat(1),
      outcome: fc.constantFrom('answered' as const, 'unanswered' as const),
      firstSeenMs: fc.integer({ min: 100_000, max: 102_000 }),
      lastSeenMs: fc.integer({ min: 102_000, max: 104_999 }),
    })
    .map((over) => someSample(over));
  const samples = fc.array(sample, { maxLength: 60 });
  const sum = <T>(items: readonly T[], of: (item: T) => number) => items.reduce((total, item) => total + of(item), 0);
  const keyOf = (r: FlowRow) =>
    [r.windowStart, r.src, r.dst, r.service, r.protocol, r.port, r.reporter, r.action].join();
  const sorted = (rows: readonly FlowRow[]) => [...rows].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const merged = (rows: readonly FlowRow[]) => {
    const table = new Map<string, FlowRow>();
    for (const row of rows) table.set(keyOf(row), table.has(keyOf(row)) ? addRows(table.get(keyOf(row))!, row) : row);
    return sorted([...table.values()]);
  };

  it('every byte, packet and connection is in a row or held', () => {
    fc.assert(
      fc.property(samples, (all) => {
        const { rows, held } = join(all);
        const both = [...held.map((h) => h.sample)];
        expect(sum(rows, (r) => r.bytesForward + r.bytesReverse) + sum(both, (s) => s.bytesIn + s.bytesOut)).toBe(
          sum(all, (s) => s.bytesIn + s.bytesOut),
        );
        expect(
          sum(rows, (r) => r.packetsForward + r.packetsReverse) + sum(both, (s) => s.packetsIn + s.packetsOut),
        ).toBe(sum(all, (s) => s.packetsIn + s.packetsOut));
        expect(sum(rows, (r) => r.started) + sum(both, (s) => s.started)).toBe(sum(all, (s) => s.started));
        expect(sum(rows, (r) => r.completed) + sum(both, (s) => s.completed)).toBe(sum(all, (s) => s.completed));
      }),
    );
  });

  it('the order of samples does not matter, also beyond the cap on outside addresses', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 0, max: 2 }), fc.func(fc.nat()), (all, cap, rank) => {
        const shuffled = [...all].sort((a, b) => rank(a) - rank(b));
        const rowsOf = (list: ConnectionSample[]) => sorted(join(list, { externals: new ExternalTable(cap) }).rows);
        expect(rowsOf(shuffled)).toEqual(rowsOf(all));
      }),
    );
  });

  it('a window read in two parts adds up to the window read at once', () => {
    fc.assert(
      fc.property(samples, samples, (a, b) => {
        expect(merged([...join(a).rows, ...join(b).rows])).toEqual(sorted(join([...a, ...b]).rows));
      }),
    );
  });
});

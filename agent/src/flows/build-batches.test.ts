import { type Hash64, NO_ID, type Peer, peerId, splitHash64 } from '@margay/model';
import { decodeBatch, encodeBatch } from '@margay/wire';
import { describe, expect, it } from 'vitest';
import type { FlowRow } from '../calc/flow-row.ts';
import { batchId } from '../uplink/batch-id.ts';
import { buildBatches } from './build-batches.ts';

const peers: [Peer, Peer, Peer] = [
  { kind: 'node', name: 'n1' },
  { kind: 'external', address: '2001:db8::1' },
  { kind: 'cidr', cidr: '::/0' },
];
const [a, b, c] = peers.map((peer) => peerId(peer)) as [Hash64, Hash64, Hash64];
const known = new Map(peers.map((peer) => [peerId(peer), peer]));

const row = (over: Partial<FlowRow> = {}): FlowRow => ({
  windowStart: 1_000,
  src: a,
  dst: b,
  service: NO_ID,
  protocol: 6,
  port: 443,
  reporter: 'dst',
  action: 'deny',
  evidence: 'unanswered',
  bytesForward: 2 ** 40,
  packetsForward: 2,
  bytesReverse: 3,
  packetsReverse: 4,
  started: 1,
  completed: 0,
  firstSeenMs: 1_000_100,
  lastSeenMs: 1_000_200,
  addresses: ['2001:db8::1'],
  ...over,
});
const content = (over: object = {}) => ({
  node: 'n1',
  boot: 'b',
  rows: [row()],
  peers: known,
  losses: [],
  sequence: 7,
  idOf: (part: number) => batchId('n1', 'b', 3, part),
  ...over,
});

describe('buildBatches', () => {
  it('makes what the wire’s decoder takes', () => {
    const [batch] = buildBatches(content({ rows: [row(), row({ dst: c, service: a })] }));
    const { head, columns } = decodeBatch(encodeBatch(batch!));
    expect(head).toMatchObject({ node: 'n1', sequence: 7, rows: 2, losses: [] });
    expect(head.peers.map(({ id }) => id).sort()).toEqual([a, b, c].sort());
    expect(columns.bytesForward[0]).toBe(2 ** 40);
    expect([columns.serviceHi[1], columns.serviceLo[1]]).toEqual([splitHash64(a).hi, splitHash64(a).lo]);
    expect(head.addressSets[columns.addressSet[0]!]).toEqual(['2001:db8::1']);
  });

  it('splits rows, each part with its own id and the peers it names, losses with the first', () => {
    const rows = Array.from({ length: 12_001 }, (_, port) =>
      row({ port: port % 65_536, dst: port === 12_000 ? c : b }),
    );
    const losses = [{ kind: 'identity' as const, count: 1, sinceMs: 1, untilMs: 2 }];
    const batches = buildBatches(content({ rows, losses }));
    expect(batches.map(({ head }) => [head.rows, head.sequence, head.losses.length])).toEqual([
      [6_000, 7, 1],
      [6_000, 8, 0],
      [1, 9, 0],
    ]);
    expect(new Set(batches.map(({ head }) => head.id)).size).toBe(3);
    expect(batches[2]?.head.peers.map(({ id }) => id).sort()).toEqual([a, c].sort());
    for (const batch of batches) decodeBatch(encodeBatch(batch));
  });

  it('splits by the size of peers’ definitions too', () => {
    const labels = (seed: number) =>
      Object.fromEntries(Array.from({ length: 128 }, (_, i) => [`${seed}-${i}`.padEnd(300, 'x'), 'y'.repeat(250)]));
    const fat = Array.from(
      { length: 40 },
      (_, i): Peer => ({
        kind: 'workload',
        namespace: 'x',
        ownerKind: 'Deployment',
        name: `w${i}`,
        labels: labels(i),
        namespaceLabels: {},
        serviceAccount: 'd',
        ports: [],
      }),
    );
    const rows = fat.map((peer) => row({ src: peerId(peer) }));
    const batches = buildBatches(
      content({ rows, peers: new Map([...known, ...fat.map((peer) => [peerId(peer), peer] as const)]) }),
    );
    expect(batches.length).toBeGreaterThan(1);
    expect(batches.reduce((sum, { head }) => sum + head.rows, 0)).toBe(40);
    for (const batch of batches) expect(encodeBatch(batch).length).toBeLessThan(2 << 20);
  });

  it('says nothing when there is nothing to say, and losses alone when there are only those', () => {
    expect(buildBatches(content({ rows: [] }))).toEqual([]);
    const losses = [{ kind: 'spool-full' as const, count: 5, sinceMs: 1, untilMs: 2 }];
    expect(buildBatches(content({ rows: [], losses })).map(({ head }) => head.losses)).toEqual([losses]);
  });
});

describe('batchId', () => {
  it('is the same for the same window and another for any other', () => {
    expect(batchId('n1', 'b', 3, 0)).toBe(batchId('n1', 'b', 3, 0));
    const ids = [
      batchId('n1', 'b', 3, 0),
      batchId('n1', 'b', 3, 1),
      batchId('n1', 'b', 4, 0),
      batchId('n1', 'c', 3, 0),
      batchId('n2', 'b', 3, 0),
    ];
    expect(new Set(ids).size).toBe(5);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

import { NO_ID, type Peer, peerId } from '@margay/model';
import type { FlowBatch } from '@margay/wire';
import { describe, expect, it } from 'vitest';
import { buildBatches } from '../flows/build-batches.ts';
import { Salts } from './salts.ts';

const peerOf = (name: string): Peer => ({ kind: 'node', name });
const [a, b, c] = ['a', 'b', 'c'].map(peerOf) as [Peer, Peer, Peer];
const LOSS = { kind: 'decode', count: 1, sinceMs: 1, untilMs: 2 } as const;

/** Rows a>b, b>c, c>a by ports 1 to 3. */
function batch(): FlowBatch {
  const peers = new Map([a, b, c].map((peer) => [peerId(peer), peer] as const));
  const ends: [Peer, Peer][] = [
    [a, b],
    [b, c],
    [c, a],
  ];
  const rows = ends.map(([src, dst], at) => ({
    windowStart: 1_000,
    src: peerId(src),
    dst: peerId(dst),
    service: NO_ID,
    protocol: 6,
    port: at + 1,
    reporter: 'src' as const,
    action: 'allow' as const,
    evidence: 'kernel' as const,
    bytesForward: at,
    packetsForward: 1,
    bytesReverse: 0,
    packetsReverse: 0,
    started: 1,
    completed: 0,
    firstSeenMs: 1_000_000,
    lastSeenMs: 1_000_000,
    addresses: [`10.0.0.${at}`],
  }));
  const idOf = () => '0192f6a0-0000-7000-8000-000000000001';
  const [only] = buildBatches({ node: 'n', boot: 'b', rows, peers, losses: [LOSS], sequence: 0, idOf });
  return only!;
}
const definitionOf = (peer: Peer, salt?: number) => ({ id: peerId(peer, salt), peer, ...(salt ? { salt } : {}) });
const hex = (hi = 0, lo = 0) => hi.toString(16).padStart(8, '0') + lo.toString(16).padStart(8, '0');
const show = ({ columns }: FlowBatch) =>
  [...columns.port].map((port, row) => [
    port,
    hex(columns.srcHi[row], columns.srcLo[row]),
    hex(columns.dstHi[row], columns.dstLo[row]),
  ]);

describe('Salts', () => {
  it('leave a batch alone that names no re-salted peer', () => {
    const salts = new Salts();
    const whole = batch();
    expect(salts.partsOf(whole)).toEqual([whole]);
    salts.raise([definitionOf(peerOf('elsewhere'))], [peerId(peerOf('elsewhere'))]);
    expect(salts.partsOf(whole)[0]).toBe(whole);
  });

  it('split it by the highest salt that a row names; every row is in one part, losses in the first', () => {
    const salts = new Salts();
    expect(salts.raise([definitionOf(a), definitionOf(b)], [peerId(a)])).toBe(true);
    expect(salts.raise([definitionOf(a), definitionOf(b)], [])).toBe(false);
    const [rest, first] = salts.partsOf(batch());
    expect(show(rest!)).toEqual([[2, peerId(b), peerId(c)]]);
    expect(rest!.head).toMatchObject({ id: batch().head.id, rows: 1, losses: [LOSS] });
    expect(rest!.head.peers.map(({ id }) => id).sort()).toEqual([peerId(b), peerId(c)].sort());
    expect(show(first!)).toEqual([
      [1, peerId(a, 1), peerId(b)],
      [3, peerId(c), peerId(a, 1)],
    ]);
    expect(first!.head).toMatchObject({ rows: 2, losses: [] });
    expect(first!.head.peers).toContainEqual({ id: peerId(a, 1), peer: a, salt: 1 });
    expect([...first!.columns.bytesForward]).toEqual([0, 2]);
    expect([...first!.columns.addressSet].map((set) => first!.head.addressSets[set])).toEqual([
      ['10.0.0.0'],
      ['10.0.0.2'],
    ]);
    expect(salts.raise(first!.head.peers, [peerId(a, 1)])).toBe(true);
    expect(salts.partsOf(batch()).map(show)).toEqual([
      [[2, peerId(b), peerId(c)]],
      [
        [1, peerId(a, 2), peerId(b)],
        [3, peerId(c), peerId(a, 2)],
      ],
    ]);
  });

  it('give each part an id of its own that is always the same', () => {
    const ids = [1, 2].map(() => {
      const salts = new Salts();
      salts.raise([definitionOf(a)], [peerId(a)]);
      const before = salts.partsOf(batch()).map(({ head }) => head.id);
      salts.raise([definitionOf(a, 1)], [peerId(a, 1)]);
      return [...before, ...salts.partsOf(batch()).map(({ head }) => head.id)];
    });
    expect(ids[0]).toEqual(ids[1]);
    const [zero, one, zeroAgain, two] = ids[0]!;
    expect(zeroAgain).toBe(zero);
    expect(new Set([zero, one, two]).size).toBe(3);
    for (const id of [one, two]) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('end: a console that never has enough does not keep a batch for ever', () => {
    const salts = new Salts();
    let rounds = 0;
    for (let definition = definitionOf(a); salts.raise([definition], [definition.id]); rounds++)
      definition = definitionOf(a, rounds + 1);
    expect(rounds).toBe(8);
  });
});

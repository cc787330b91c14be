import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  COLUMN_TYPES,
  decodeBatch,
  encodeBatch,
  FlowColumnsBuilder,
  LIMITS,
  ROW_LIMITS,
  WireFormatError,
} from '../src/index.ts';
import { readable } from './readable.ts';
import { PEERS, type SampleRow, sampleBatch } from './samples.ts';

const counter = (max: number) => fc.oneof(fc.nat(), fc.integer({ min: 0, max }), fc.constantFrom(0, max));
const peer = fc.constantFrom(...Object.values(PEERS));
const row: fc.Arbitrary<SampleRow> = fc
  .record({
    src: peer,
    dst: peer,
    service: fc.constantFrom(undefined, PEERS.cartService),
    windowStart: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    protocol: fc.integer({ min: 0, max: 255 }),
    port: fc.integer({ min: 0, max: 65535 }),
    reporter: fc.constantFrom('src', 'dst'),
    action: fc.constantFrom('allow', 'deny'),
    evidence: fc.constantFrom('kernel', 'engine', 'unanswered'),
    bytesForward: counter(ROW_LIMITS.bytes),
    packetsForward: counter(ROW_LIMITS.packets),
    bytesReverse: counter(ROW_LIMITS.bytes),
    packetsReverse: counter(ROW_LIMITS.packets),
    started: fc.integer({ min: 0, max: ROW_LIMITS.connections }),
    completed: fc.integer({ min: 0, max: ROW_LIMITS.connections }),
    firstSeenMs: fc.integer({ min: 0, max: 2 ** 42 }),
    lastSeenMs: fc.integer({ min: 2 ** 42, max: 8.64e15 }),
    addresses: fc.array(fc.oneof(fc.ipV4(), fc.constantFrom('fd00::1', '2001:db8::2')), { maxLength: 20 }),
  })
  .map((values) => values as SampleRow);

/** Where the columns of a batch start; the tests below poke into them. */
function columnsStart(bytes: Uint8Array): number {
  return 16 + ((new DataView(bytes.buffer).getUint32(8, true) + 7) & ~7);
}
const faultOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    if (error instanceof WireFormatError) return error.fault;
    throw error;
  }
  return 'none';
};

describe('round trip', () => {
  test('any batch comes back as it was, from any position in a buffer', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), fc.nat({ max: 9 }), (rows, shift) => {
        const batch = sampleBatch(rows);
        const bytes = encodeBatch(batch);
        const shifted = new Uint8Array(bytes.length + shift);
        shifted.set(bytes, shift);
        expect(readable(decodeBatch(shifted.subarray(shift)))).toEqual(readable(batch));
      }),
    );
  });
  test('columns stand in the order of COLUMN_TYPES', () => {
    const { columns } = decodeBatch(encodeBatch(sampleBatch([{ src: PEERS.frontend, dst: PEERS.cart }])));
    const names = Object.keys(COLUMN_TYPES) as (keyof typeof COLUMN_TYPES)[];
    const starts = names.map((name) => columns[name].byteOffset);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    const elements = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f64: Float64Array };
    for (const name of names) expect(columns[name]).toBeInstanceOf(elements[COLUMN_TYPES[name]]);
  });
  test('columns are views over the bytes: nothing is copied', () => {
    const bytes = encodeBatch(sampleBatch([{ src: PEERS.frontend, dst: PEERS.cart }]));
    expect(decodeBatch(bytes).columns.bytesForward.buffer).toBe(bytes.buffer);
  });
});

describe('limits', () => {
  test('a builder refuses the row beyond the limit, and is whole afterwards', () => {
    const builder = new FlowColumnsBuilder();
    const { columns } = sampleBatch([{ src: PEERS.frontend, dst: PEERS.cart }]);
    const one = {
      ...Object.fromEntries(Object.entries(columns).map(([k, v]) => [k, typeof v === 'number' ? v : v[0]])),
      reporter: 'src',
      action: 'allow',
      evidence: 'kernel',
    } as unknown as Parameters<FlowColumnsBuilder['push']>[0];
    for (let i = 0; i < LIMITS.batchRows; i++) builder.push(one);
    expect(faultOf(() => builder.push(one))).toBe('too-large');
    expect(builder.take().columns.rows).toBe(LIMITS.batchRows);
    expect(builder.rows).toBe(0);
  });
  test('equal address sets are shared, whatever their order; the rest beyond the cap is cut', () => {
    const many = Array.from({ length: 40 }, (_, i) => `10.0.0.${i}`);
    const batch = sampleBatch([
      { src: PEERS.frontend, dst: PEERS.cart, addresses: ['10.0.0.2', '10.0.0.1'] },
      { src: PEERS.cart, dst: PEERS.frontend, addresses: ['10.0.0.1', '10.0.0.2', '10.0.0.1'] },
      { src: PEERS.cart, dst: PEERS.frontend, addresses: many },
    ]);
    expect(Array.from(batch.columns.addressSet)).toEqual([1, 1, 2]);
    expect(batch.head.addressSets[2]).toHaveLength(LIMITS.addressesPerSet);
  });
});

describe('hostile bytes', () => {
  const good = () => encodeBatch(sampleBatch([{ src: PEERS.frontend, dst: PEERS.cart, addresses: ['10.0.0.1'] }]));
  const poke = (at: number, value: number) => {
    const bytes = good();
    new DataView(bytes.buffer).setUint32(at, value, true);
    return () => decodeBatch(bytes);
  };
  const withHead = (change: (text: string) => string) => {
    const bytes = good();
    const start = columnsStart(bytes);
    const length = new DataView(bytes.buffer).getUint32(8, true);
    const head = new TextEncoder().encode(change(new TextDecoder().decode(bytes.subarray(16, 16 + length))));
    const padded = (head.length + 7) & ~7;
    const out = new Uint8Array(16 + padded + bytes.length - start);
    out.set(bytes.subarray(0, 16));
    new DataView(out.buffer).setUint32(8, head.length, true);
    out.set(head, 16);
    out.set(bytes.subarray(start), 16 + padded);
    return () => decodeBatch(out);
  };

  test.each([
    ['magic', poke(0, 0)],
    ['version', poke(4, 99)],
    ['length', poke(8, 0xffffffff)],
    ['length', poke(12, 1)],
    ['length', () => decodeBatch(good().subarray(0, 15))],
    ['length', () => decodeBatch(good().subarray(0, -1))],
    ['length', () => decodeBatch(new Uint8Array([...good(), 0]))],
    ['too-large', () => decodeBatch(new Uint8Array(LIMITS.batchBytes + 1))],
    ['head', withHead(() => '{')],
    ['head', withHead(() => `${'['.repeat(100_000)}${']'.repeat(100_000)}`)],
    ['head', withHead((t) => t.replace('"worker-1"', '""'))],
    ['head', withHead((t) => t.replace('"addressSets":[[]', '"addressSets":[["10.0.0.9"]'))],
    ['head', withHead((t) => t.replace('"10.0.0.1"', '"10.0.0.1; drop table"'))],
    ['head', withHead((t) => t.replace('"name":"frontend"', `"name":"${'x'.repeat(254)}"`))],
    ['length', withHead((t) => t.replace('"rows":1', '"rows":2'))],
    ['text', withHead((t) => t.replace('"name":"frontend"', '"name":"fron\\u0000tend"'))],
    ['text', withHead((t) => t.replace('"name":"frontend"', '"name":"\\ud83d"'))],
  ])('%s', (fault, run) => {
    expect(faultOf(run)).toBe(fault);
  });

  test.each([
    ['reporter', { reporter: 2 }],
    ['action', { action: 2 }],
    ['evidence', { evidence: 3 }],
    ['addressSet', { addressSet: 2 }],
    ['NaN', { bytesForward: Number.NaN }],
    ['infinite', { bytesReverse: Number.POSITIVE_INFINITY }],
    ['negative', { packetsForward: -1 }],
    ['fractional', { packetsReverse: 0.5 }],
    ['too many connections', { started: 2 ** 31 }],
    ['absurd', { bytesForward: ROW_LIMITS.bytes * 2 }],
    ['beyond time', { lastSeenMs: 9e15 }],
    ['last before first', { firstSeenMs: 2e12 }],
    ['no source', { srcHi: 0, srcLo: 0 }],
  ])('a column value that is %s', (_, values) => {
    const batch = sampleBatch([{ src: PEERS.frontend, dst: PEERS.cart, addresses: ['10.0.0.1'] }]);
    for (const [name, value] of Object.entries(values)) batch.columns[name as 'bytesForward'][0] = value;
    expect(faultOf(() => decodeBatch(encodeBatch(batch)))).toBe('column');
  });

  test('names in odd Unicode pass as they are', () => {
    const odd = '\u202e<script>\u{1f600}\ufeff';
    const src = { ...PEERS.node, name: odd };
    const decoded = decodeBatch(encodeBatch(sampleBatch([{ src, dst: PEERS.cart }])));
    expect(decoded.head.peers[0]?.peer).toEqual(src);
  });

  test('random mutations give the typed error or a batch, nothing else', () => {
    const change = fc.record({
      at: fc.nat(),
      value: fc.nat({ max: 255 }),
      kind: fc.constantFrom('set', 'cut', 'copy'),
    });
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 5 }),
        fc.array(change, { minLength: 1, maxLength: 8 }),
        (rows, changes) => {
          let bytes = encodeBatch(sampleBatch(rows));
          for (const { at, value, kind } of changes) {
            const index = at % Math.max(1, bytes.length);
            if (kind === 'set') bytes[index] = value;
            else if (kind === 'cut') bytes = bytes.slice(0, index);
            else bytes = new Uint8Array([...bytes.subarray(0, index), ...bytes.subarray(Math.min(index, value))]);
          }
          faultOf(() => decodeBatch(bytes));
        },
      ),
      { numRuns: 2_000 },
    );
  });
  test('random bytes give the typed error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(faultOf(() => decodeBatch(bytes))).not.toBe('none');
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstCommon, vectorOf } from './bit-vector.ts';

/** Sizes on both sides of where summaries begin and of a block's end; few bits, so that blocks are empty, and too many for a list. */
const question = fc.constantFrom(1, 31, 32, 33, 512, 1023, 1024, 1025, 5000, 16_400).chain((size) => {
  const bit = fc.integer({ min: 0, max: size - 1 });
  const bits = fc.oneof(fc.array(bit, { maxLength: 12 }), fc.array(bit, { minLength: 60, maxLength: 90 }));
  return fc.record({
    size: fc.constant(size),
    common: fc.array(bit, { maxLength: 2 }),
    lists: fc.tuple(bits, bits, fc.option(bits)),
    from: bit,
    length: fc.integer({ min: 0, max: size }),
  });
});

describe('firstCommon', () => {
  it('is the first bit that all have in the range', () => {
    fc.assert(
      fc.property(question, ({ size, common, lists: [a, b, c], from, length }) => {
        const to = Math.min(size, from + length);
        const sets = [a, b, ...(c === null ? [] : [c])].map((list) => new Set([...list, ...common]));
        const expected = Array.from({ length: to - from }, (_, place) => from + place).find((bit) =>
          sets.every((set) => set.has(bit)),
        );
        const [first, second] = [vectorOf(size, [...a, ...common]), vectorOf(size, [...b, ...common])];
        const third = c === null ? null : vectorOf(size, [...c, ...common]);
        expect(firstCommon(first, second, third, from, to)).toBe(expected ?? -1);
      }),
      { numRuns: 500 },
    );
  });
});

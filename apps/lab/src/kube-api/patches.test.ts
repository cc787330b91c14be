import { describe, expect, it } from 'vitest';
import { mergePatch, strategicMerge } from './patches.ts';

/** The table of RFC 7396, appendix A. */
describe('mergePatch', () => {
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j', (target, patch, expected) => {
    expect(mergePatch(target, patch)).toEqual(expected);
  });
});

describe('strategicMerge', () => {
  const target = {
    containers: [
      { name: 'a', image: '1' },
      { name: 'b', image: '1' },
    ],
    args: ['x'],
  };

  it('merges keyed lists entry by entry and replaces the others', () => {
    expect(
      strategicMerge(target, {
        containers: [
          { name: 'b', image: '2' },
          { name: 'c', image: '1' },
        ],
        args: ['y'],
      }),
    ).toEqual({
      containers: [
        { name: 'a', image: '1' },
        { name: 'b', image: '2' },
        { name: 'c', image: '1' },
      ],
      args: ['y'],
    });
  });

  it('deletes and replaces where told, and skips what only orders', () => {
    expect(
      strategicMerge(target, {
        containers: [{ name: 'a', $patch: 'delete' }],
        '$setElementOrder/containers': [{ name: 'b' }],
      }),
    ).toEqual({
      containers: [{ name: 'b', image: '1' }],
      args: ['x'],
    });
    expect(strategicMerge(target, { $patch: 'replace', args: ['z'] })).toEqual({ args: ['z'] });
    expect(strategicMerge(target, { containers: [{ $patch: 'replace' }, { name: 'z' }] })).toEqual({
      containers: [{ name: 'z' }],
      args: ['x'],
    });
  });
});

import { describe, expect, it } from 'vitest';
import { storableJson } from './storable-json.ts';

describe('storableJson', () => {
  it.each([[{ a: ['é😀', { b: null }], c: 1 }], ['a backslash before u0000: \\u0000']])(
    'leaves %j as it is',
    (value) => {
      expect(JSON.parse(storableJson(value))).toEqual(value);
    },
  );

  it('replaces NUL and lone surrogates, in keys too', () => {
    expect(JSON.parse(storableJson({ 'k\0': ['a\0b', '\ud800', '\udc00x', '😀'] }))).toEqual({
      'k\ufffd': ['a\ufffdb', '\ufffd', '\ufffdx', '😀'],
    });
  });
});

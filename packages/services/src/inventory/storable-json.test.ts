import { describe, expect, it } from 'vitest';
import { storableJson } from './storable-json.ts';

describe('storableJson', () => {
  it('leaves what can be stored as it is, the same object', () => {
    const value = { a: ['é😀', { b: null }], c: 1 };
    expect(storableJson(value)).toBe(value);
    const text = 'a backslash before u0000: \\u0000';
    expect(storableJson(text)).toBe(text);
  });

  it('replaces NUL and lone surrogates, in keys too', () => {
    expect(storableJson({ 'k\0': ['a\0b', '\ud800', '\udc00x', '😀'] })).toEqual({
      'k\ufffd': ['a\ufffdb', '\ufffd', '\ufffdx', '😀'],
    });
  });
});

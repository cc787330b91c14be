import { expect, it } from 'vitest';
import { plainName } from './plain-name.ts';

it('marks what would hide or reorder text, and leaves the rest', () => {
  expect(plainName('\u202elive\u0007\u200b')).toBe('\ufffdlive\ufffd\ufffd');
  expect(plainName('caf\u00e9-\u4e2d\u6587 \u{1f600} <b>')).toBe('caf\u00e9-\u4e2d\u6587 \u{1f600} <b>');
});

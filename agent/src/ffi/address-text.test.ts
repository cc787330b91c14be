import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressBytes, addressText } from './address-text.ts';

describe('addressText', () => {
  it.each([
    [[10, 244, 1, 7], '10.244.1.7'],
    [[0xfd, 0, ...new Array(13).fill(0), 7], 'fd00::7'],
    [new Array(16).fill(0), '::'],
    [[...new Array(15).fill(0), 1], '::1'],
    [[0x20, 1, 0x0d, 0xb8, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1], '2001:db8:0:1:1:1:1:1'],
  ])('%j is %s', (bytes, text) => {
    expect(addressText(Uint8Array.from(bytes), 0, bytes.length === 4 ? 4 : 6)).toBe(text);
  });

  it('writes IPv6 as RFC 5952 and URLs do', () => {
    const groups = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), {
      minLength: 8,
      maxLength: 8,
    });
    fc.assert(
      fc.property(groups, (words) => {
        const bytes = Uint8Array.from(words.flatMap((word) => [word >> 8, word & 0xff]));
        const long = words.map((word) => word.toString(16)).join(':');
        expect(addressText(bytes, 0, 6)).toBe(new URL(`http://[${long}]`).hostname.slice(1, -1));
      }),
    );
  });

  it.each([4, 16])('reads back what it wrote of %i bytes', (length) => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: length, maxLength: length }), (bytes) => {
        expect(addressBytes(addressText(bytes, 0, length === 4 ? 4 : 6))).toEqual(bytes);
      }),
    );
  });
});

it.each(['', 'nonsense', '1.2.3', '1.2.3.256', '::1::', '1:2:3:4:5:6:7', 'fffff::'])('%j is no address', (text) => {
  expect(addressBytes(text)).toBeUndefined();
});

it('ignores a zone', () => {
  expect(addressBytes('fe80::1%eth0')).toEqual(addressBytes('fe80::1'));
});

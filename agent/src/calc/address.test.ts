import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalAddress, firstAddresses, networkOf, networkSet } from './address.ts';

describe('canonicalAddress', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['FD00:0:0::7', 'fd00::7'],
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['::', '::'],
    ['None', null],
    ['', null],
    ['010.0.0.1', null],
    ['10.0.0', null],
    ['1', null],
    ['fe80::1%eth0', null],
    ['db.example.org', null],
  ])('%s is %s', (text, expected) => expect(canonicalAddress(text)).toBe(expected));

  it('writes IPv6 as the URL standard does (RFC 5952)', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const canonical = canonicalAddress(text);
        if (canonical === null || !canonical.includes(':')) return;
        expect(`[${canonical}]`).toBe(new URL(`http://[${text}]`).hostname);
      }),
    );
  });
});

describe('networks', () => {
  it.each([
    ['10.1.2.3', 24, '10.1.2.0/24'],
    ['10.1.2.3', 20, '10.1.0.0/20'],
    ['10.1.2.3', 0, '0.0.0.0/0'],
    ['fd00:1:2:3::9', 64, 'fd00:1:2:3::/64'],
    ['fd00:1:2:3::9', 48, 'fd00:1:2::/48'],
  ])('%s in /%i is %s', (address, bits, expected) => expect(networkOf(address, bits)).toBe(expected));

  it('finds members, and leaves out what is no network', () => {
    const set = networkSet(['10.244.0.0/16', 'fd00:9::/64', 'nonsense', '10.0.0.1']);
    expect(['10.244.9.9', '10.245.0.1', 'fd00:9::1', 'fd00:a::1', '10.0.0.1'].map((a) => set.has(a))).toEqual([
      true,
      false,
      true,
      false,
      false,
    ]);
  });

  it('names the first addresses of a network', () => {
    expect(firstAddresses('10.244.3.0/24', 2)).toEqual(['10.244.3.0', '10.244.3.1']);
    expect(firstAddresses('fd00:9::/64', 2)).toEqual(['fd00:9::', 'fd00:9::1']);
    expect(firstAddresses('x', 2)).toEqual([]);
  });
});

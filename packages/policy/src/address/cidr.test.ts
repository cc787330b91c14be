import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Address, formatAddress, parseAddress } from './address.ts';
import { containsCidr, formatCidr, hostCidr, overlapsCidr, parseCidr } from './cidr.ts';

const cidr = (text: string) => parseCidr(text)!;

describe('addresses', () => {
  it.each([
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['::', '::'],
    ['::1', '::1'],
    ['fe80::', 'fe80::'],
    ['0:0:0:0:0:ffff:192.0.2.1', '::ffff:c000:201'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['10.0.0.255', '10.0.0.255'],
  ])('spells %s as %s', (text, canonical) => {
    expect(formatAddress(parseAddress(text)!)).toBe(canonical);
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '256.1.1.1',
    '1.2.3.4 ',
    '-1.2.3.4',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    '12345::',
    'g::',
    'fe80::1%eth0',
    '1.2.3.4::',
    '::1.2.3',
    'host',
    '::1/64',
  ])('refuses %j', (text) => {
    expect(parseAddress(text)).toBeNull();
  });

  it('reads back what it writes', () => {
    const value = fc.oneof(
      fc.bigInt({ min: 0n, max: 2n ** 32n - 1n }).map((value) => ({ family: 4 as const, value })),
      fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map((value) => ({ family: 6 as const, value })),
    );
    const holds = (address: Address) => {
      expect(parseAddress(formatAddress(address))).toEqual(address);
    };
    fc.assert(fc.property(value, holds));
    fc.assert(fc.property(fc.ipV6(), (text) => holds(parseAddress(text)!)));
    fc.assert(fc.property(fc.ipV4(), (text) => formatAddress(parseAddress(text)!) === text));
  });
});

describe('blocks', () => {
  it('drops bits below the prefix', () => {
    expect(formatCidr(cidr('10.1.2.3/8'))).toBe('10.0.0.0/8');
    expect(formatCidr(cidr('2001:db8:ffff::1/33'))).toBe('2001:db8:8000::/33');
    expect(formatCidr(cidr('0.0.0.0/0'))).toBe('0.0.0.0/0');
    expect(formatCidr(hostCidr(parseAddress('::1')!))).toBe('::1/128');
  });

  it.each([
    '10.0.0.0',
    '10.0.0.0/',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/08',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    '/8',
    'x/8',
  ])('refuses %j', (text) => {
    expect(parseCidr(text)).toBeNull();
  });

  it('nests within a family, never across', () => {
    expect(containsCidr(cidr('10.0.0.0/8'), cidr('10.255.0.0/16'))).toBe(true);
    expect(containsCidr(cidr('10.255.0.0/16'), cidr('10.0.0.0/8'))).toBe(false);
    expect(containsCidr(cidr('0.0.0.0/0'), cidr('::/0'))).toBe(false);
    expect(containsCidr(cidr('::/0'), cidr('::ffff:10.0.0.1/128'))).toBe(true);
    expect(overlapsCidr(cidr('10.255.0.0/16'), cidr('10.0.0.0/8'))).toBe(true);
    expect(overlapsCidr(cidr('10.0.0.0/16'), cidr('10.1.0.0/16'))).toBe(false);
  });
});

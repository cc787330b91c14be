import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../address/address.ts';
import { parseCidr } from '../address/cidr.ts';
import {
  type AddressSet,
  ALL_ADDRESSES,
  addressesOf,
  equalAddresses,
  formatRanges,
  holdsAddress,
  intersectAddresses,
  NO_ADDRESSES,
  subtractAddresses,
  unionAddresses,
} from './address-set.ts';
import {
  ALL_CONNECTIONS,
  type ConnectionPoint,
  type ConnectionSet,
  connectionKey,
  connectionsOf,
  connectionsOfProtocols,
  containsConnections,
  equalConnections,
  holdsConnection,
  intersectConnections,
  isNoConnection,
  NO_CONNECTIONS,
  subtractConnections,
  unionConnections,
} from './connection-set.ts';
import { formatConnections, isSilent } from './format-connections.ts';
import { interval } from './intervals.ts';

/** Few numbers, so that ranges touch, overlap and coincide. */
const small = fc.integer({ min: 1, max: 12 });
const range = fc.tuple(small, small).map(([a, b]) => interval(Math.min(a, b), Math.max(a, b) + 1));
const anything = fc.constant(interval(0, 65_536));
const rangeOrAll = fc.oneof({ weight: 3, arbitrary: range }, { weight: 1, arbitrary: anything });
const PROTOCOLS = [6, 17, 132, 1, 58, 47, 136];
const atom: fc.Arbitrary<ConnectionSet> = fc.oneof(
  fc
    .tuple(fc.constantFrom(6, 17, 132, 1, 58), rangeOrAll, rangeOrAll)
    .map(([protocol, sources, targets]) => connectionsOf(protocol, sources, targets)),
  fc.constantFrom(...PROTOCOLS).map((protocol) => connectionsOfProtocols(interval(protocol, protocol + 1))),
  fc.constantFrom(ALL_CONNECTIONS, NO_CONNECTIONS),
);
const OPERATIONS = { union: unionConnections, intersect: intersectConnections, subtract: subtractConnections } as const;
/** A set with the same set as a predicate, built by the same operations. */
const built = fc
  .tuple(atom, fc.array(fc.tuple(fc.constantFrom('union', 'intersect', 'subtract'), atom), { maxLength: 5 }))
  .map(([first, steps]) => ({
    set: steps.reduce((set, [operation, next]) => OPERATIONS[operation](set, next), first),
    holds: (point: ConnectionPoint) =>
      steps.reduce(
        (inside, [operation, next]) => {
          const also = holdsConnection(next, point);
          return operation === 'union' ? inside || also : operation === 'intersect' ? inside && also : inside && !also;
        },
        holdsConnection(first, point),
      ),
  }));
const point = fc.record({
  protocol: fc.constantFrom(...PROTOCOLS),
  source: fc.integer({ min: 1, max: 14 }),
  target: fc.integer({ min: 1, max: 14 }),
});

describe('connection sets', () => {
  it('hold exactly what their construction says', () => {
    fc.assert(
      fc.property(built, fc.array(point, { minLength: 20, maxLength: 20 }), ({ set, holds }, points) => {
        for (const one of points) expect(holdsConnection(set, one)).toBe(holds(one));
      }),
      { numRuns: 300 },
    );
  });

  it('are canonical: equal sets look equal however they were made', () => {
    fc.assert(
      fc.property(built, built, ({ set: a }, { set: b }) => {
        expect(unionConnections(a, b)).toEqual(unionConnections(b, a));
        expect(subtractConnections(a, b)).toEqual(intersectConnections(a, subtractConnections(ALL_CONNECTIONS, b)));
        expect(unionConnections(subtractConnections(a, b), intersectConnections(a, b))).toEqual(a);
        expect(equalConnections(a, b)).toBe(connectionKey(a) === connectionKey(b));
        expect(equalConnections(a, b)).toBe(containsConnections(a, b) && containsConnections(b, a));
        expect(isNoConnection(subtractConnections(a, a))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  const tcp = (...ports: number[]) =>
    ports.map((port) => connectionsOf(6, [0, 65_536], [port, port + 1])).reduce(unionConnections, NO_CONNECTIONS);
  const allBut = (set: ConnectionSet) => subtractConnections(ALL_CONNECTIONS, set);
  const ports = connectionsOfProtocols([6, 7, 17, 18, 132, 133]);

  it.each([
    [ALL_CONNECTIONS, 'All Connections'],
    [NO_CONNECTIONS, 'No Connections'],
    [ports, 'All Connections'],
    [allBut(ports), 'No Connections'],
    [tcp(443, 80, 81), 'TCP 80-81,443'],
    [unionConnections(tcp(80), connectionsOf(17, [0, 65_536], [53, 54])), 'TCP 80,UDP 53'],
    [allBut(tcp(80)), 'SCTP 1-65535,TCP 1-79,81-65535,UDP 1-65535'],
    [connectionsOf(6, [1024, 65_536], [80, 82]), 'TCP 80-81 from 1024-65535'],
  ])('are written as np-guard writes them (%#)', (set, text) => {
    expect(formatConnections(set)).toBe(text);
    expect(isSilent(set, 'ports')).toBe(text === 'No Connections');
  });

  it.each([
    [ALL_CONNECTIONS, 'All Connections'],
    [NO_CONNECTIONS, 'No Connections'],
    [ports, 'SCTP 1-65535,TCP 1-65535,UDP 1-65535'],
    [connectionsOfProtocols([1, 2, 47, 48, 50, 52, 136, 137]), 'ICMP,UDPLite,protocol 47,50-51'],
    [connectionsOf(1, [8, 9], [0, 1]), 'ICMP 8/0'],
    [connectionsOf(58, [128, 130], [0, 256]), 'ICMPv6 128-129'],
    [allBut(connectionsOf(1, [8, 9], [0, 256])).planes[0]!.length, 2],
  ])('name every protocol where one is spoken of (%#)', (set, text) => {
    if (typeof set === 'number') expect(set).toBe(text);
    else expect(formatConnections(set, 'protocols')).toBe(text);
  });
});

describe('address sets', () => {
  const block = (text: string) => addressesOf(parseCidr(text)!);

  it('split a block around its exceptions', () => {
    const rest = subtractAddresses(
      block('10.0.0.0/8'),
      unionAddresses(block('10.1.0.0/16'), block('10.255.255.255/32')),
    );
    expect(formatRanges(rest)).toEqual(['10.0.0.0-10.0.255.255', '10.2.0.0-10.255.255.254']);
    expect(formatRanges(subtractAddresses(ALL_ADDRESSES, block('128.0.0.0/1')))).toEqual([
      '0.0.0.0-127.255.255.255',
      '::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    ]);
    expect(formatRanges(unionAddresses(block('10.0.0.0/9'), block('10.128.0.0/9')))).toEqual([
      '10.0.0.0-10.255.255.255',
    ]);
  });

  it('agree with their blocks on every address', () => {
    const cidr = fc
      .tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 29, max: 32 }))
      .map(([last, prefix]) => `10.0.0.${last}/${prefix}`);
    const v6 = fc.integer({ min: 125, max: 128 }).map((prefix) => `2001:db8::5/${prefix}`);
    const blocks = fc.array(fc.oneof(cidr, v6).map(block), { maxLength: 4 });
    const all = (list: readonly AddressSet[]) => list.reduce(unionAddresses, NO_ADDRESSES);
    fc.assert(
      fc.property(blocks, blocks, (plus, minus) => {
        const rest = subtractAddresses(all(plus), all(minus));
        for (const text of [0, 1, 2, 3, 4, 5, 6, 7, 8].flatMap((n) => [`10.0.0.${n}`, `2001:db8::${n}`])) {
          const address = parseAddress(text)!;
          const held = (list: readonly AddressSet[]) => list.some((one) => holdsAddress(one, address));
          expect(holdsAddress(rest, address)).toBe(held(plus) && !held(minus));
        }
        expect(equalAddresses(rest, subtractAddresses(all(plus), intersectAddresses(all(plus), all(minus))))).toBe(
          true,
        );
      }),
    );
  });
});

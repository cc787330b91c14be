import { type Action, NO_ID, type Peer, peerId } from '@margay/model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bucketRows } from '../src/merge/bucket-rows.ts';
import { addFacts, beyond, type CountedFacts } from '../src/merge/facts.ts';
import { globToLike, matchesGlob } from '../src/merge/glob.ts';
import { type Group, pairKey } from '../src/merge/group.ts';
import { addGroups, mergedFacts, uniteAddresses } from '../src/merge/merge-sides.ts';
import { resolveServices } from '../src/merge/resolve-services.ts';
import { service, workload } from './harness.ts';

const web = workload('shop', 'web');
const cart = workload('shop', 'cart');
const ledger = workload('bank', 'ledger');
const cartService = service('shop', 'cart');
const otherService = service('shop', 'other');
const ALL: readonly Peer[] = [web, cart, ledger, cartService, otherService];
const peers = new Map(ALL.map((peer) => [peerId(peer), peer]));

function facts(packets: number, changes: Partial<CountedFacts> = {}): CountedFacts {
  return {
    flows: 1,
    bytesForward: packets * 100,
    packetsForward: packets,
    bytesReverse: packets * 50,
    packetsReverse: packets,
    connectionsStarted: 1,
    connectionsCompleted: 1,
    firstSeenMs: 1000,
    lastSeenMs: 2000,
    ...changes,
  };
}
interface Short {
  readonly src?: Peer;
  readonly dst: Peer;
  readonly via?: Peer;
  readonly reporter?: 'src' | 'dst';
  readonly port?: number;
  readonly action?: Action;
  readonly packets?: number;
  readonly bucketMs?: number;
}
const group = ({
  src = web,
  dst,
  via,
  reporter = 'src',
  port = 8080,
  action = 'allow',
  packets = 10,
  bucketMs = 0,
}: Short): Group => {
  const connection = { srcId: peerId(src), dstId: peerId(dst), protocol: 6, port, action };
  return {
    ...connection,
    pair: pairKey(connection),
    serviceId: via ? peerId(via) : NO_ID,
    reporter,
    evidence: 'kernel',
    facts: facts(packets),
    bucketMs,
    addresses: [],
  };
};
const nameOf = (id: string) => {
  const peer = peers.get(id);
  return peer && 'name' in peer ? `${peer.kind === 'service' ? 'svc ' : ''}${peer.name}` : id;
};
const resolved = (groups: readonly Group[], backends?: ReadonlyMap<string, ReadonlySet<string>>) => {
  const { pairs, services } = addGroups(groups);
  resolveServices(pairs, services, peers, backends);
  return [...pairs.values()]
    .map((pair) => {
      const via = pair.serviceId === NO_ID ? '' : ` via ${nameOf(pair.serviceId)}`;
      return `${nameOf(pair.dstId)}:${pair.port}${via} ${pair.src ? 's' : ''}${pair.dst ? 'd' : ''} ${mergedFacts(pair).packetsForward}`;
    })
    .sort();
};

describe('facts', () => {
  const arbitrary = fc
    .record({ packets: fc.nat(), firstSeenMs: fc.nat(), lastSeenMs: fc.nat() })
    .map(({ packets, ...times }) => facts(packets, times));
  test('add up whatever the order and grouping', () => {
    fc.assert(
      fc.property(arbitrary, arbitrary, arbitrary, (a, b, c) => {
        expect(addFacts(a, b)).toEqual(addFacts(b, a));
        expect(addFacts(addFacts(a, b), c)).toEqual(addFacts(a, addFacts(b, c)));
      }),
    );
  });
  test('what is left beyond a part is never negative', () => {
    expect(beyond(facts(10), facts(4)).packetsForward).toBe(6);
    expect(beyond(facts(4), facts(10)).packetsForward).toBe(0);
  });
  test('bounded unions of addresses keep the smallest, whatever the order', () => {
    const set = fc.array(fc.ipV4(), { maxLength: 12 }).map((list) => [...new Set(list)].sort());
    fc.assert(
      fc.property(set, set, set, (a, b, c) => {
        expect(uniteAddresses(uniteAddresses(a, b), c)).toEqual(uniteAddresses(a, uniteAddresses(b, c)));
        expect(uniteAddresses(a, b)).toEqual(uniteAddresses(b, a));
      }),
    );
  });
});

describe('Services', () => {
  test('the one Service in question between a source and a namespace is named by the destination’s report', () => {
    expect(resolved([group({ dst: cartService, port: 80 }), group({ dst: cart, reporter: 'dst' })])).toEqual([
      'cart:8080 via svc cart sd 10',
    ]);
  });
  test('two Services in question and nothing known: nothing is guessed', () => {
    const groups = [
      group({ dst: cartService, port: 80 }),
      group({ dst: otherService, port: 80 }),
      group({ dst: cart, reporter: 'dst' }),
    ];
    expect(resolved(groups)).toEqual(['cart:8080 d 10', 'svc cart:80 s 10', 'svc other:80 s 10']);
    const backends = new Map([['shop/cart', new Set(['workload/shop/Deployment/cart'])]]);
    expect(resolved(groups, backends)).toEqual(['cart:8080 via svc cart sd 10', 'svc other:80 s 10']);
  });
  test('a row that names both Service and workload is knowledge, too', () => {
    const groups = [
      group({ dst: cartService, port: 80 }),
      group({ dst: otherService, port: 80 }),
      group({ dst: cart, reporter: 'dst' }),
      group({ src: ledger, dst: cart, via: cartService }),
    ];
    expect(resolved(groups)).toContain('cart:8080 via svc cart sd 10');
  });
  test('a workload of another namespace is never taken for a backend', () => {
    expect(resolved([group({ dst: cartService, port: 80 }), group({ dst: ledger, reporter: 'dst' })])).toEqual([
      'ledger:8080 d 10',
      'svc cart:80 s 10',
    ]);
  });
  test('denied traffic is not explained by allowed traffic', () => {
    const groups = [group({ dst: cartService, port: 80, action: 'deny' }), group({ dst: cart, reporter: 'dst' })];
    expect(resolved(groups)).toEqual(['cart:8080 d 10', 'svc cart:80 s 10']);
  });
  test('what no destination reported stays under the Service', () => {
    expect(
      resolved([
        group({ dst: cartService, port: 80, packets: 100 }),
        group({ dst: cart, reporter: 'dst', packets: 60 }),
      ]),
    ).toEqual(['cart:8080 via svc cart sd 60', 'svc cart:80 s 40']);
  });
  test('a source that came to know the backend only later is not counted twice', () => {
    const groups = [
      group({ dst: cartService, port: 80, packets: 40 }),
      group({ dst: cart, via: cartService, packets: 60 }),
      group({ dst: cart, reporter: 'dst', packets: 100 }),
    ];
    expect(resolved(groups)).toEqual(['cart:8080 via svc cart sd 100']);
  });
});

describe('buckets', () => {
  const rows = (groups: readonly Group[]) =>
    bucketRows(groups, peers, 5)
      .map(
        ({ row }) =>
          `${row.bucketStartMs} ${row.packetsForward} ${row.seenAt.src ? 's' : ''}${row.seenAt.dst ? 'd' : ''}`,
      )
      .sort();
  test('a long flow seen at both ends is one row a bucket', () => {
    const groups = [0, 5000, 10_000].flatMap((bucketMs) => [
      group({ dst: cart, bucketMs }),
      group({ dst: cart, reporter: 'dst', bucketMs }),
    ]);
    expect(rows(groups)).toEqual(['0 10 sd', '10000 10 sd', '5000 10 sd']);
  });
  test('an end whose agent died is replaced by the other from there on', () => {
    const groups = [
      group({ dst: cart, bucketMs: 0 }),
      ...[0, 5000, 10_000, 15_000].map((bucketMs) => group({ dst: cart, reporter: 'dst', bucketMs })),
    ];
    expect(rows(groups)).toEqual(['0 10 sd', '10000 10 d', '15000 10 d', '5000 10 sd']);
  });
});

describe('patterns', () => {
  test.each([
    ['cart', 'cart', true],
    ['cart', 'redis-cart', false],
    ['*cart', 'redis-cart', true],
    ['a*b*c', 'a-b-b-c', true],
    ['a*a', 'a', false],
    ['*', '', true],
    ['%', 'x', false],
    ['.*', 'abc', false],
  ])('%s on %s: %s', (pattern, value, expected) => {
    expect(matchesGlob(pattern, value)).toBe(expected);
  });
  test('a hostile pattern is no slower than a long one', () => {
    const started = performance.now();
    expect(matchesGlob(`${'a*'.repeat(120)}b`, 'a'.repeat(253))).toBe(false);
    expect(performance.now() - started).toBeLessThan(50);
  });
  test('as LIKE, what means something there is escaped', () => {
    expect(globToLike('a_b%c\\d**e')).toBe('a\\_b\\%c\\\\d%e');
  });
});

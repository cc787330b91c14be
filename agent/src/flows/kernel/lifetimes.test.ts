import { describe, expect, it } from 'vitest';
import { KEY, KeyPile } from '../../ffi/index.ts';
import { batchOf, u32Hex, u64Hex } from './batch-fixture.ts';
import { IDLE_NS, type Lifetimes, readLifetimes, type Scan } from './lifetimes.ts';

const SECOND = 1e9;
const TCP = 6;
const UDP = 17;
const ICMP = 1;
const GRE = 47;
const SCTP = 132;

interface Entry {
  readonly protocol?: number;
  readonly first?: number;
  readonly last?: number;
  readonly answered?: number;
  readonly held?: number;
  readonly fin?: boolean;
  readonly ended?: boolean;
}

function entry({ protocol = TCP, first = 0, last = 0, answered = 0, held = 0, fin = false, ended = false }: Entry) {
  const protocolHex = protocol.toString(16).padStart(2, '0');
  return {
    key: `${u32Hex(3)} 0a000001${'00'.repeat(12)} 0a000002${'00'.repeat(12)} 9c40 0050 04 ${protocolHex} 00 00`,
    value: `${u64Hex(first)} ${u64Hex(last)} ${u64Hex(answered)} ${u32Hex(held * 60)} ${u32Hex(0)} ${u32Hex(held)} ${u32Hex(0)}
      01 ${fin ? '01' : '00'} 00 ${ended ? '01' : '00'} 00000000`,
  };
}

function scan(from: number, to: number, what: Entry, more: Partial<Scan> = {}): Lifetimes {
  const found: Lifetimes = { samples: [], expired: new KeyPile(KEY.bytes), count: 0 };
  const full: Scan = { fromNs: from, toNs: to, underPressure: false, isGone: () => false, ...more };
  readLifetimes(batchOf([entry(what)]), full, (ns) => ns / 1e6, found);
  return found;
}

describe('an opening', () => {
  const opening = { first: 10 * SECOND, last: 11 * SECOND, held: 2 };

  it('is reported with what was held back in the window in which 3 s are over, and in no other', () => {
    expect(scan(8 * SECOND, 13 * SECOND, opening).samples).toEqual([]);
    expect(scan(13 * SECOND, 18 * SECOND, opening).samples).toMatchObject([
      { outcome: 'unanswered', initiator: 'local', started: 1, completed: 0, packetsOut: 2, bytesOut: 120 },
    ]);
    expect(scan(18 * SECOND, 23 * SECOND, opening).samples).toEqual([]);
  });

  it('that was answered in time is in a window already', () => {
    expect(scan(13 * SECOND, 18 * SECOND, { ...opening, answered: 12 * SECOND }).samples).toEqual([]);
  });

  it('that was answered late is reported here, and as answered', () => {
    expect(scan(13 * SECOND, 18 * SECOND, { ...opening, answered: 14 * SECOND }).samples).toMatchObject([
      { outcome: 'answered', started: 1 },
    ]);
  });

  it('is dropped and completed only when no further SYN can come', () => {
    expect(scan(70 * SECOND, 80 * SECOND, opening).expired).toHaveLength(0);
    const late = scan(80 * SECOND, 90 * SECOND, opening);
    expect(late.expired).toHaveLength(1);
    expect(late.samples).toMatchObject([{ outcome: 'unanswered', completed: 1, started: 0, packetsOut: 0 }]);
  });
});

describe('silence ends', () => {
  it.each([
    ['UDP', { protocol: UDP }, IDLE_NS.udp],
    ['ICMP', { protocol: ICMP }, IDLE_NS.icmp],
    ['another protocol', { protocol: GRE }, IDLE_NS.other],
    ['established TCP', {}, IDLE_NS.established],
    ['established SCTP', { protocol: SCTP }, IDLE_NS.established],
    ['half-closed TCP', { fin: true }, IDLE_NS.halfClosed],
  ])('%s after its time', (_, what, idle) => {
    const full = { first: SECOND, last: 100 * SECOND, answered: SECOND, ...what };
    const deadline = 100 * SECOND + idle;
    expect(scan(deadline - 5 * SECOND, deadline, full)).toMatchObject({ samples: [], expired: { length: 0 } });
    const found = scan(deadline, deadline + 5 * SECOND, full);
    expect(found.samples).toMatchObject([{ completed: 1, started: 0, bytesOut: 0, packetsIn: 0 }]);
    expect(found.expired).toHaveLength(1);
    // Left over from a crash before it was deleted: deleted now, not reported again.
    expect(scan(deadline + 5 * SECOND, deadline + 10 * SECOND, full)).toMatchObject({
      samples: [],
      expired: { length: 1 },
    });
  });

  it('nothing that has ended by itself: it only goes', () => {
    const found = scan(200 * SECOND, 205 * SECOND, { last: 100 * SECOND, answered: SECOND, ended: true });
    expect(found.samples).toEqual([]);
    expect(found.expired).toHaveLength(1);
  });

  it('UDP and established TCP earlier while the table is nearly full, TCP never below two hours', () => {
    const what = { last: 0, answered: 1 };
    const under = { underPressure: true };
    expect(scan(0, IDLE_NS.establishedUnderPressure, what, under).expired).toHaveLength(0);
    expect(scan(0, IDLE_NS.establishedUnderPressure + 1, what, under).samples).toMatchObject([{ completed: 1 }]);
    const ended = { answered: 1, ended: true };
    expect(scan(0, IDLE_NS.endedUnderPressure + 1, ended).expired).toHaveLength(0);
    expect(scan(0, IDLE_NS.endedUnderPressure + 1, ended, under)).toMatchObject({
      samples: [],
      expired: { length: 1 },
    });
    expect(scan(0, IDLE_NS.udpUnderPressure + 1, { protocol: UDP, answered: 1 }, under).expired).toHaveLength(1);
    expect(IDLE_NS.establishedUnderPressure).toBeGreaterThanOrEqual(2 * 3600 * SECOND);
  });
});

it('a connection of an interface that is gone is over at once', () => {
  const found = scan(
    50 * SECOND,
    55 * SECOND,
    { first: SECOND, last: 49 * SECOND, answered: SECOND },
    { isGone: (i) => i === 3 },
  );
  expect(found.samples).toMatchObject([{ completed: 1 }]);
  expect(found.expired).toHaveLength(1);
});

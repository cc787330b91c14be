import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ACK,
  FIN,
  fragmentHeader,
  frame,
  ICMP,
  ICMPV6,
  icmp,
  ipv4,
  ipv6,
  options,
  RST,
  SCTP,
  SYN,
  sctp,
  TCP,
  tcp,
  UDP,
  udp,
} from './frames.ts';
import { Observer } from './observer.ts';

const POD = '10.0.0.1';
const PEER = '10.0.0.2';
const POD6 = 1;
const PEER6 = 2;
const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const TC_ACT_UNSPEC = -1;
const HOLD_NS = 3e9;
const NO_LOSS = { connections: 0, window: 0, parse: 0, fragment: 0 };

let observer: Observer;
beforeEach(() => {
  observer = new Observer();
});
afterEach(() => observer.close());

/** v4 and v6 frames of one transport payload, out (pod → peer) and in. */
const families = {
  4: {
    out: (protocol: number, payload: Buffer) => frame(IPV4, ipv4(POD, PEER, protocol, payload)),
    in: (protocol: number, payload: Buffer) => frame(IPV4, ipv4(PEER, POD, protocol, payload)),
    local: POD,
    remote: PEER,
    header: 20,
  },
  6: {
    out: (protocol: number, payload: Buffer) => frame(IPV6, ipv6(POD6, PEER6, protocol, payload)),
    in: (protocol: number, payload: Buffer) => frame(IPV6, ipv6(PEER6, POD6, protocol, payload)),
    local: 'fd00::1',
    remote: 'fd00::2',
    header: 40,
  },
} as const;

describe.each([4, 6] as const)('IPv%i', (version) => {
  const family = families[version];

  it('counts a TCP connection of the pod from SYN to the second FIN', async () => {
    const out = (flags: number, data = 0) => observer.fromPod(family.out(TCP, tcp(40000, 443, flags, data)));
    const into = (flags: number, data = 0) => observer.toPod(family.in(TCP, tcp(443, 40000, flags, data)));
    const verdicts = [
      out(SYN),
      into(SYN | ACK),
      out(ACK),
      out(ACK, 100),
      into(ACK, 1000),
      out(FIN | ACK),
      into(FIN | ACK),
      out(ACK),
    ];
    expect(verdicts).toEqual(verdicts.map(() => TC_ACT_UNSPEC));
    const header = family.header + 20;
    expect(await observer.window()).toMatchObject([
      {
        localAddress: family.local,
        remoteAddress: family.remote,
        protocol: TCP,
        localPort: 40000,
        remotePort: 443,
        initiator: 'local',
        packetsOut: 5,
        bytesOut: 5 * header + 100,
        packetsIn: 3,
        bytesIn: 3 * header + 1000,
        started: 1,
        completed: 1,
        outcome: 'answered',
      },
    ]);
    expect(observer.losses()).toEqual(NO_LOSS);
  });

  it('knows a connection to the pod by the SYN that comes in', async () => {
    observer.toPod(family.in(TCP, tcp(50000, 8080, SYN)));
    observer.fromPod(family.out(TCP, tcp(8080, 50000, SYN | ACK)));
    expect(await observer.window()).toMatchObject([
      { initiator: 'remote', localPort: 8080, remotePort: 50000, started: 1, completed: 0 },
    ]);
  });

  it('takes the first sender of UDP as initiator, whatever the ports', async () => {
    observer.toPod(family.in(UDP, udp(53, 40000, 30)));
    observer.fromPod(family.out(UDP, udp(40000, 53, 60)));
    const header = family.header + 8;
    expect(await observer.window()).toMatchObject([
      {
        initiator: 'remote',
        localPort: 40000,
        remotePort: 53,
        bytesIn: header + 30,
        bytesOut: header + 60,
        started: 1,
      },
    ]);
  });

  it('joins an echo reply to its request, and keeps pings of both sides apart', async () => {
    const [protocol, request, reply] = version === 4 ? [ICMP, 8, 0] : [ICMPV6, 128, 129];
    observer.fromPod(family.out(protocol, icmp(request, 0, 7)));
    observer.toPod(family.in(protocol, icmp(reply, 0, 7)));
    observer.toPod(family.in(protocol, icmp(request, 0, 7)));
    const samples = await observer.window();
    expect(samples).toHaveLength(2);
    expect(samples.find((sample) => sample.initiator === 'local')).toMatchObject({
      localPort: request << 8,
      remotePort: request << 8,
      packetsOut: 1,
      packetsIn: 1,
      started: 1,
    });
    expect(samples.find((sample) => sample.initiator === 'remote')).toMatchObject({ packetsOut: 0, packetsIn: 1 });
  });

  it('follows an SCTP association from INIT to SHUTDOWN COMPLETE', async () => {
    const INIT = 1;
    const INIT_ACK = 2;
    const SHUTDOWN_COMPLETE = 14;
    observer.fromPod(family.out(SCTP, sctp(9000, 3868, INIT)));
    expect(await observer.window()).toEqual([]);
    observer.toPod(family.in(SCTP, sctp(3868, 9000, INIT_ACK)));
    observer.fromPod(family.out(SCTP, sctp(9000, 3868, SHUTDOWN_COMPLETE)));
    expect(await observer.window()).toMatchObject([
      {
        protocol: SCTP,
        initiator: 'local',
        localPort: 9000,
        remotePort: 3868,
        packetsOut: 2,
        packetsIn: 1,
        started: 1,
        completed: 1,
      },
    ]);
  });

  it('knows other protocols by number', async () => {
    observer.fromPod(family.out(47, Buffer.alloc(40)));
    expect(await observer.window()).toMatchObject([
      { protocol: 47, localPort: 0, remotePort: 0, initiator: 'local', bytesOut: family.header + 40 },
    ]);
  });

  it('gives an ICMP error to the connection it quotes', async () => {
    const [protocol, type] = version === 4 ? [ICMP, 3] : [ICMPV6, 1];
    const quoted = family.out(UDP, udp(40000, 53, 4)).subarray(14);
    observer.fromPod(family.out(UDP, udp(40000, 53, 4)));
    observer.toPod(family.in(protocol, icmp(type, 3, 0, quoted)));
    expect(await observer.window()).toMatchObject([
      { protocol: UDP, packetsOut: 1, packetsIn: 1, bytesIn: family.header + 8 + quoted.length },
    ]);
  });

  // A VLAN tag before it: without one the kernel's test run refuses a frame that is shorter than its IP header.
  it.each([
    ['nothing of its IP header', 18],
    ['half an IP header', 18 + 12],
    ['no ports', 18 + family.header + 2],
    ['no TCP flags', 18 + family.header + 12],
  ])('counts a packet with %s as lost and lets it go', async (_, bytes) => {
    const type = version === 4 ? IPV4 : IPV6;
    const whole = frame(type, family.out(TCP, tcp(1, 2, SYN)).subarray(14), [0x8100]);
    expect(observer.fromPod(whole.subarray(0, bytes))).toBe(TC_ACT_UNSPEC);
    expect(observer.losses()).toEqual({ ...NO_LOSS, parse: 1 });
    expect((await observer.lifetimes({ fromNs: 0, toNs: 1 })).count).toBe(0);
  });
});

describe('openings', () => {
  const syn = () => observer.fromPod(families[4].out(TCP, tcp(40000, 80, SYN)));

  it('are held back until they are answered, and then counted whole', async () => {
    syn();
    syn();
    expect(await observer.window()).toEqual([]);
    observer.toPod(families[4].in(TCP, tcp(80, 40000, SYN | ACK)));
    expect(await observer.window()).toMatchObject([
      { packetsOut: 2, bytesOut: 80, packetsIn: 1, started: 1, outcome: 'answered' },
    ]);
  });

  it('are reported unanswered in the one window in which 3 s are over', async () => {
    const before = Number(process.hrtime.bigint());
    syn();
    const after = Number(process.hrtime.bigint());
    expect((await observer.lifetimes({ fromNs: 0, toNs: before + HOLD_NS })).samples).toEqual([]);
    expect((await observer.lifetimes({ fromNs: before + HOLD_NS, toNs: after + HOLD_NS })).samples).toMatchObject([
      { outcome: 'unanswered', initiator: 'local', packetsOut: 1, bytesOut: 40, started: 1, completed: 0 },
    ]);
    expect((await observer.lifetimes({ fromNs: after + HOLD_NS, toNs: after + 2 * HOLD_NS })).samples).toEqual([]);
  });

  it('are not answered by an ICMP error: it is reported with them', async () => {
    syn();
    const quoted = families[4].out(TCP, tcp(40000, 80, SYN)).subarray(14);
    observer.toPod(families[4].in(ICMP, icmp(3, 13, 0, quoted)));
    expect(await observer.window()).toEqual([]);
    const { samples } = await observer.lifetimes({ fromNs: 0, toNs: Number(process.hrtime.bigint()) + 2 * HOLD_NS });
    expect(samples).toMatchObject([
      { outcome: 'unanswered', packetsOut: 1, packetsIn: 1, bytesIn: 20 + 8 + 40, started: 1 },
    ]);
  });

  it('refused by a reset are answered and over', async () => {
    syn();
    observer.toPod(families[4].in(TCP, tcp(80, 40000, RST | ACK)));
    expect(await observer.window()).toMatchObject([{ outcome: 'answered', started: 1, completed: 1, packetsIn: 1 }]);
  });

  it('count as answered when the opener goes on: the tap is blind to the other side', async () => {
    syn();
    observer.fromPod(families[4].out(TCP, tcp(40000, 80, ACK)));
    expect(await observer.window()).toMatchObject([{ outcome: 'answered', packetsOut: 2, packetsIn: 0, started: 1 }]);
  });

  it('of a tuple used before begin a new connection', async () => {
    for (let life = 0; life < 3; life++) {
      syn();
      observer.toPod(families[4].in(TCP, tcp(80, 40000, SYN | ACK)));
      observer.fromPod(families[4].out(TCP, tcp(40000, 80, RST)));
    }
    expect(await observer.window()).toMatchObject([{ started: 3, completed: 3, packetsOut: 6, packetsIn: 3 }]);
  });
});

describe('TCP found under way', () => {
  it('has no known initiator and never started', async () => {
    observer.fromPod(families[4].out(TCP, tcp(40000, 80, ACK, 10)));
    observer.toPod(families[4].in(TCP, tcp(80, 40000, ACK)));
    expect(await observer.window()).toMatchObject([{ initiator: 'unknown', started: 0, outcome: 'answered' }]);
  });

  it('is understood from a SYN-ACK', async () => {
    observer.toPod(families[4].in(TCP, tcp(80, 40000, SYN | ACK)));
    expect(await observer.window()).toMatchObject([{ initiator: 'local', started: 1 }]);
  });
});

describe('fragments', () => {
  it('of IPv4 go to the connection of the first', async () => {
    const whole = udp(40000, 53, 3000);
    const piece = (from: number, to: number) =>
      frame(
        IPV4,
        ipv4(POD, PEER, UDP, whole.subarray(from, to), {
          id: 9,
          moreFragments: to < whole.length,
          fragmentOffset: from / 8,
        }),
      );
    observer.fromPod(piece(0, 1480));
    observer.fromPod(piece(1480, 2960));
    observer.fromPod(piece(2960, whole.length));
    expect(await observer.window()).toMatchObject([
      { localPort: 40000, remotePort: 53, packetsOut: 3, bytesOut: 60 + whole.length },
    ]);
    expect(observer.losses()).toEqual(NO_LOSS);
  });

  it('of IPv6 go to the connection of the first', async () => {
    const whole = udp(40000, 53, 2000);
    observer.fromPod(frame(IPV6, ipv6(POD6, PEER6, UDP, whole.subarray(0, 1200), [fragmentHeader(5, 0, true)])));
    observer.fromPod(frame(IPV6, ipv6(POD6, PEER6, UDP, whole.subarray(1200), [fragmentHeader(5, 150, false)])));
    expect(await observer.window()).toMatchObject([{ localPort: 40000, remotePort: 53, packetsOut: 2 }]);
  });

  it('without their first are counted as lost', async () => {
    observer.fromPod(frame(IPV4, ipv4(POD, PEER, UDP, Buffer.alloc(100), { id: 1, fragmentOffset: 5 })));
    expect(await observer.window()).toEqual([]);
    expect(observer.losses()).toEqual({ ...NO_LOSS, fragment: 1 });
  });

  it('of two datagrams do not mix', async () => {
    const first = (id: number, port: number) =>
      observer.fromPod(frame(IPV4, ipv4(POD, PEER, UDP, udp(port, 53, 8), { id, moreFragments: true })));
    const later = (id: number) =>
      observer.fromPod(frame(IPV4, ipv4(POD, PEER, UDP, Buffer.alloc(8), { id, fragmentOffset: 2 })));
    first(1, 1111);
    first(2, 2222);
    later(1);
    const samples = await observer.window();
    expect(samples.find((sample) => sample.localPort === 1111)?.packetsOut).toBe(2);
    expect(samples.find((sample) => sample.localPort === 2222)?.packetsOut).toBe(1);
  });
});

describe('headers on the way to the ports', () => {
  it.each([
    ['IPv4 options', frame(IPV4, ipv4(POD, PEER, UDP, udp(7, 8), { options: 4 })), 44],
    ['a VLAN tag', frame(IPV4, ipv4(POD, PEER, UDP, udp(7, 8)), [0x8100]), 28],
    ['two VLAN tags', frame(IPV4, ipv4(POD, PEER, UDP, udp(7, 8)), [0x88a8, 0x8100]), 28],
    [
      'hop-by-hop and destination options',
      frame(IPV6, ipv6(POD6, PEER6, UDP, udp(7, 8), [options(0), options(60, 2)])),
      80,
    ],
    ['a routing header', frame(IPV6, ipv6(POD6, PEER6, UDP, udp(7, 8), [options(43, 1)])), 64],
    ['an atomic fragment', frame(IPV6, ipv6(POD6, PEER6, UDP, udp(7, 8), [fragmentHeader(1, 0, false)])), 56],
  ])('%s are passed', async (_, packet, bytes) => {
    observer.fromPod(packet);
    expect(await observer.window()).toMatchObject([{ protocol: UDP, localPort: 7, remotePort: 8, bytesOut: bytes }]);
    expect(observer.losses()).toEqual(NO_LOSS);
  });

  it('too many extension headers are counted as lost', async () => {
    const many = Array.from({ length: 12 }, () => options(60));
    observer.fromPod(frame(IPV6, ipv6(POD6, PEER6, UDP, udp(7, 8), many)));
    expect(await observer.window()).toEqual([]);
    expect(observer.losses().parse).toBe(1);
  });
});

it('leaves out what keeps the link going: ARP, neighbour discovery, multicast membership', async () => {
  observer.fromPod(frame(0x0806, Buffer.alloc(28)));
  for (const type of [133, 134, 135, 136, 143]) observer.fromPod(families[6].out(ICMPV6, icmp(type, 0)));
  observer.fromPod(families[4].out(2, Buffer.alloc(8)));
  expect(await observer.window()).toEqual([]);
  expect((await observer.lifetimes({ fromNs: 0, toNs: 1 })).count).toBe(0);
  expect(observer.losses()).toEqual(NO_LOSS);
});

describe('a full table', () => {
  it('keeps room for connections that begin, and counts what finds none', async () => {
    observer.close();
    observer = new Observer(64);
    for (let port = 1; port <= 64; port++) observer.fromPod(families[4].out(TCP, tcp(port, 80, ACK)));
    expect(observer.losses().connections).toBe(0);
    // One found under way finds no room; those that begin have an eighth more.
    observer.fromPod(families[4].out(TCP, tcp(1000, 80, ACK)));
    expect(observer.losses().connections).toBe(1);
    for (let port = 2001; port <= 2010; port++) {
      observer.fromPod(families[4].out(TCP, tcp(port, 80, SYN)));
      observer.toPod(families[4].in(TCP, tcp(80, port, SYN | ACK)));
    }
    const begun = (await observer.window()).filter((sample) => sample.started === 1);
    expect(begun).toHaveLength(8);
    expect(begun.every((sample) => sample.packetsOut === 1 && sample.packetsIn === 1)).toBe(true);
    // The two without room: SYN and SYN-ACK each.
    expect(observer.losses()).toEqual({ ...NO_LOSS, connections: 1 + 4 });
  });
});

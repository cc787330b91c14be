import { describe, expect, it } from 'vitest';
import { PodHints } from './pod-hints.ts';

const link = (text: string, kind = 'veth numtxqueues 2') =>
  `${text} state DOWN group default \\    link/ether 2a:8c:e9:3c:a0:bb brd ff:ff:ff:ff:ff:ff link-netnsid 0 promiscuity 0 \\    ${kind}`;
const PAIR = link('3: s0@if2: <BROADCAST,MULTICAST> mtu 1500 qdisc noop');
/** The last hint of some lines. */
const read = (...lines: string[]) => {
  const hints = new PodHints();
  return lines.map((line) => hints.read(line)).at(-1);
};

describe('a pod is guessed from', () => {
  it('a host route into a new pair', () => {
    expect(read(PAIR, 'unicast 10.244.9.1 dev s0 table main proto boot scope link linkdown ')).toEqual({
      name: 's0',
      index: 3,
      addresses: ['10.244.9.1'],
    });
    expect(read(PAIR, '10.244.9.1 dev s0 scope link', 'unicast fd00::9 dev s0 table main metric 1024')).toEqual({
      name: 's0',
      index: 3,
      addresses: ['10.244.9.1', 'fd00::9'],
    });
  });

  it('a new pair that becomes a port of a bridge', () => {
    const port = link('4: s1@if3: <NO-CARRIER,UP> mtu 1500 qdisc noqueue master cni0', 'veth \\    bridge_slave state');
    expect(read(port)).toEqual({ name: 's1', index: 4, addresses: [], bridge: 'cni0' });
  });
});

describe('no pod is guessed from', () => {
  it.each([
    ['a new pair alone', [PAIR]],
    [
      'a pair within one namespace',
      ['3: s0@s1: <BROADCAST> mtu 1500 \\    link/ether aa \\    veth ', '10.1.1.1 dev s0'],
    ],
    ['another kind', [link('3: v0@if2: <UP> mtu 1500 qdisc noop', 'macvlan mode bridge'), '10.1.1.1 dev v0']],
    ['a network behind it', [PAIR, 'unicast 192.0.2.0/24 dev s0 table main']],
    ['a hop', [PAIR, 'unicast 192.0.2.7 via 10.1.1.1 dev s0 table main', 'default via 10.1.1.1 dev s0']],
    ['its own address', [PAIR, 'local 10.1.1.1 dev s0 table local proto kernel scope host src 10.1.1.1']],
    ['a link-local gateway', [PAIR, 'unicast 169.254.1.1 dev s0 scope link', 'unicast fe80::1 dev s0 table main']],
    ['a route into an older interface', ['unicast 10.1.1.1 dev eth0 table main']],
    ['what is taken away', [PAIR, 'Deleted unicast 10.1.1.1 dev s0 table main']],
    ['an interface that is gone', [PAIR, `Deleted ${PAIR.replace('@if2', '@NONE')}`, '10.1.1.1 dev s0 scope link']],
  ])('%s', (_, lines) => {
    expect(read(...lines)).toBeUndefined();
  });
});

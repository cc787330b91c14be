import { icmpPort } from '@margay/model';
import { expect, it } from 'vitest';
import { peerText, portLabel } from './peer-text.ts';

const line = (peer: Parameters<typeof peerText>[0]) => `${peerText(peer).scope}/${peerText(peer).name}`;

it('writes peers in two words', () => {
  expect(line({ kind: 'external', address: '203.0.113.7' })).toBe('outside/203.0.113.7');
  expect(line({ kind: 'node', name: 'worker-1' })).toBe('node/worker-1');
  expect(line({ kind: 'service', namespace: 'shop', name: 'cart' })).toBe('shop/cart');
});

it('names ports, and what ICMP has in their place', () => {
  expect(portLabel(6, 8080)).toBe('TCP 8080');
  expect(portLabel(1, icmpPort(8, 0))).toBe('ICMP echo');
  expect(portLabel(58, icmpPort(128, 0))).toBe('ICMPv6 echo');
  expect(portLabel(1, icmpPort(42, 7))).toBe('ICMP 42/7');
  expect(portLabel(47, 0)).toBe('47 0');
});

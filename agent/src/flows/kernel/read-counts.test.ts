import { expect, it } from 'vitest';
import type { ConnectionSample } from '../window.ts';
import { batchOf } from './batch-fixture.ts';
import { readCounts } from './read-counts.ts';

const TCP4 = {
  key: `07000000
        0af40107 000000000000000000000000
        0af40209 000000000000000000000000
        9c40 01bb 04 06 00 00`,
  value: `e803000000000000 2003000000000000
          0a00000000000000 0800000000000000
          00e40b5402000000 0010a5d4e8000000
          01000000 01000000 01 01 00 0000000000`,
};
const PING6 = {
  key: `08000000
        fd000000000000000000000000000001
        fd000000000000000000000000000002
        8000 1234 06 3a 01 00`,
  value: `6800000000000000 0000000000000000
          0100000000000000 0000000000000000
          0000000000000000 0000000000000000
          01000000 00000000 01 00 00 0000000000`,
};
const UNANSWERED4 = { key: TCP4.key, value: TCP4.value.replace('01 01 00 0000000000', '01 00 01 0000000000') };

function read(...entries: { key: string; value: string }[]): ConnectionSample[] {
  const samples: ConnectionSample[] = [];
  readCounts(batchOf(entries), (ns) => Math.round(ns / 1e6), samples);
  return samples;
}

it('decodes a TCP connection over IPv4', () => {
  expect(read(TCP4)).toEqual([
    {
      interfaceIndex: 7,
      localAddress: '10.244.1.7',
      remoteAddress: '10.244.2.9',
      protocol: 6,
      localPort: 40000,
      remotePort: 443,
      initiator: 'local',
      bytesOut: 1000,
      bytesIn: 800,
      packetsOut: 10,
      packetsIn: 8,
      started: 1,
      completed: 1,
      outcome: 'answered',
      firstSeenMs: 10_000,
      lastSeenMs: 1_000_000,
    },
  ]);
});

it('gives a ping over IPv6 type and code for ports', () => {
  expect(read(PING6)).toMatchObject([
    { localAddress: 'fd00::1', remoteAddress: 'fd00::2', protocol: 58, localPort: 0x8000, remotePort: 0x8000 },
  ]);
});

it('says unanswered only of what nobody answered', () => {
  expect(read(UNANSWERED4, TCP4).map((sample) => sample.outcome)).toEqual(['unanswered', 'answered']);
});

it('keeps entries of one batch apart, addresses of one slot of the cache too', () => {
  const entries = Array.from({ length: 70_000 }, (_, i) => ({
    key: TCP4.key.replace('0af40107', (0x0a000000 + i).toString(16).padStart(8, '0')),
    value: TCP4.value,
  }));
  const samples = read(...entries);
  expect(new Set(samples.map((sample) => sample.localAddress)).size).toBe(70_000);
  expect(samples[69_999]?.localAddress).toBe('10.1.17.111');
});

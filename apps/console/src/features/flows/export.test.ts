import type { FlowView } from '@margay/services/inputs';
import { expect, it } from 'vitest';
import { seenAtText, toCsv } from './export.ts';

const ROW: FlowView = {
  bucketStartMs: 0,
  resolutionSeconds: 5,
  addresses: [],
  srcKey: 'node/=cmd|x',
  dstKey: 'external/203.0.113.7',
  srcId: '0000000000000001',
  dstId: '0000000000000002',
  src: { kind: 'node', name: '=cmd|"x",y' },
  dst: { kind: 'external', address: '203.0.113.7' },
  protocol: 6,
  port: 443,
  service: null,
  action: 'allow',
  evidence: 'kernel',
  verdict: 'none',
  decidedBy: [],
  seenAt: { src: true, dst: false },
  flows: 1,
  bytesForward: 60,
  packetsForward: 1,
  bytesReverse: 0,
  packetsReverse: 0,
  connectionsStarted: 1,
  connectionsCompleted: 0,
  firstSeenMs: 0,
  lastSeenMs: 1_000,
};

it('writes one line a row, with names that stay text', () => {
  const [head, line, end] = toCsv([ROW]).split('\r\n');
  expect(head?.split(',')[0]).toBe('time');
  expect(line).toContain('1970-01-01T00:00:00.000Z,5,none,node,"\'=cmd|""x"",y",outside,203.0.113.7,TCP 443,');
  expect(end).toBe('');
});

it('names who saw it', () => {
  expect(seenAtText({ src: true, dst: true })).toBe('both ends');
  expect(seenAtText({ src: false, dst: true })).toBe('destination');
});

import { describe, expect, it } from 'vitest';
import type { ConnectionSample, TapStatus } from '../window.ts';
import { HalfBlindWatch } from './half-blind.ts';

const TAP: TapStatus = { interface: 'pod1', interfaceIndex: 7, addresses: [], state: 'active', message: '' };
const sample = (packetsOut: number, packetsIn: number, more: Partial<ConnectionSample> = {}) =>
  ({ interfaceIndex: 7, protocol: 6, outcome: 'answered', packetsOut, packetsIn, ...more }) as ConnectionSample;

function judge(...windows: ConnectionSample[][]): TapStatus['state'] {
  const watch = new HalfBlindWatch();
  for (const window of windows) watch.look(window);
  return watch.judge(TAP).state;
}

describe('a tap is half blind', () => {
  it('when established TCP goes only one way', () => {
    expect(judge([sample(5, 0), sample(4, 0), sample(9, 0)])).toBe('half-blind');
  });

  it.each([
    ['nothing was seen', [[]]],
    ['one connection may be a broken one', [[sample(5, 0)]]],
    ['others go both ways', [[sample(5, 0), sample(5, 0), sample(5, 0), sample(5, 5)]]],
    ['windows are cut between question and answer', [[sample(1, 0), sample(2, 0), sample(0, 1), sample(0, 2)]]],
    ['SYNs are denied', [Array.from({ length: 9 }, () => sample(3, 0, { outcome: 'unanswered' }))]],
    ['UDP needs no answer', [Array.from({ length: 9 }, () => sample(3, 0, { protocol: 17 }))]],
  ])('not when %s', (_, windows) => {
    expect(judge(...windows)).toBe('active');
  });

  it('also when it was not before, and not for ever', () => {
    const bothWays = Array.from({ length: 20 }, () => sample(5, 5));
    const oneWay = Array.from({ length: 20 }, () => sample(5, 0));
    expect(judge(bothWays, ...Array.from({ length: 30 }, () => oneWay))).toBe('half-blind');
    expect(judge(oneWay, ...Array.from({ length: 3 }, () => bothWays))).toBe('active');
  });
});

import { describe, expect, it } from 'vitest';
import { identityOf } from './identity.ts';
import { Timeline } from './timeline.ts';

const A = identityOf({ kind: 'service', namespace: 'x', name: 'a' });
const B = identityOf({ kind: 'service', namespace: 'x', name: 'b' });
const at = (timeline: Timeline, ...times: number[]) =>
  times.map((time) => {
    const identity = timeline.at('10.0.0.1', time);
    return identity === A ? 'A' : identity === B ? 'B' : null;
  });

describe('Timeline', () => {
  it('gives a reused address to its owner at that moment', () => {
    const timeline = new Timeline();
    timeline.assign('10.0.0.1', 'a', A, 10_000);
    timeline.release('10.0.0.1', 'a', 50_000);
    timeline.assign('10.0.0.1', 'b', B, 80_000);
    expect(at(timeline, 10_000, 49_999, 80_000, 1e12)).toEqual(['A', 'A', 'B', 'B']);
  });

  it('between two owners gives trailing packets to the first, early ones to the second, the rest to nobody', () => {
    const timeline = new Timeline();
    timeline.assign('10.0.0.1', 'a', A, 10_000);
    timeline.release('10.0.0.1', 'a', 50_000);
    timeline.assign('10.0.0.1', 'b', B, 80_000);
    expect(at(timeline, 54_000, 60_000, 76_000)).toEqual(['A', null, 'B']);
    timeline.assign('10.0.0.2', 'b', B, 80_000);
    expect(at(timeline, 4_999)).toEqual([null]);
  });

  it('ends an owner whose end nobody told when another has the address', () => {
    const timeline = new Timeline();
    timeline.assign('10.0.0.1', 'a', A, 10_000);
    timeline.assign('10.0.0.1', 'b', B, 60_000);
    timeline.release('10.0.0.1', 'a', 65_000);
    expect(at(timeline, 59_999, 60_000, 66_000)).toEqual(['A', 'B', 'B']);
    expect(timeline.current('10.0.0.1')).toBe(B);
  });

  it('lets an owner whose end is known keep the address to that end', () => {
    const timeline = new Timeline();
    timeline.assign('10.0.0.1', 'a', A, 10_000);
    timeline.release('10.0.0.1', 'a', 61_500);
    timeline.assign('10.0.0.1', 'b', B, 60_000);
    expect(at(timeline, 61_499, 61_500)).toEqual(['A', 'B']);
  });

  it('does not care in which order a list tells old and new owners', () => {
    const timeline = new Timeline();
    timeline.assign('10.0.0.1', 'b', B, 60_000);
    timeline.assign('10.0.0.1', 'a', A, 10_000);
    expect(at(timeline, 59_000, 60_000)).toEqual(['A', 'B']);
    expect(timeline.current('10.0.0.1')).toBe(B);
  });

  it('changes identity of one owner at the moment it is told', () => {
    const timeline = new Timeline();
    timeline.assign('10.0.0.1', 'a', A, 10_000);
    timeline.assign('10.0.0.1', 'a', B, 20_000);
    expect(at(timeline, 19_999, 20_000)).toEqual(['A', 'B']);
  });

  it('forgets what ended long ago, and only that', () => {
    const timeline = new Timeline();
    timeline.assign('10.0.0.1', 'a', A, 10_000);
    timeline.release('10.0.0.1', 'a', 20_000);
    timeline.assign('10.0.0.1', 'b', B, 30_000);
    timeline.prune(25_000);
    expect(at(timeline, 15_000, 40_000)).toEqual([null, 'B']);
  });
});

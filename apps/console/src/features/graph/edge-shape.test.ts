import { describe, expect, it } from 'vitest';
import { controlPoints, edgeWidth, midpointOf, pathOf, quadsOf } from './edge-shape.ts';

const p = (x: number, y: number) => ({ x, y });

describe('the line of an edge', () => {
  it('bends a short step smoothly, with level ends', () => {
    const step = [p(0, 0), p(20, 0), p(20, 60), p(40, 60)];
    expect(controlPoints(step)).toEqual(step);
    expect(pathOf(quadsOf(step))).toBe('M0 0Q20 0 20 30Q20 60 40 60');
  });
  it('keeps to its lane until near the corner', () => {
    const lane = [p(0, 0), p(20, 0), p(20, 60), p(400, 60), p(400, 90), p(420, 90)];
    const controls = controlPoints(lane);
    expect(controls).toContainEqual(p(48, 60));
    expect(controls).toContainEqual(p(372, 60));
    // On the lane the curve is straight: both joints and the controls between them lie on it.
    const along = quadsOf(lane).filter(([from, , to]) => from.y === 60 && to.y === 60);
    expect(along.length).toBeGreaterThan(0);
  });
  it('is straight between two points, and nothing for none', () => {
    expect(pathOf(quadsOf([p(0, 0), p(10, 0)]))).toBe('M0 0Q5 0 10 0');
    expect(quadsOf([])).toEqual([]);
  });
  it('has its middle half-way along', () => {
    const middle = midpointOf(quadsOf([p(0, 0), p(100, 0)]));
    expect(middle?.x).toBeCloseTo(50);
    expect(midpointOf([])).toBeNull();
  });
  it('grows with the order of magnitude', () => {
    expect([0, 9, 99].map(edgeWidth)).toEqual([0.8, 1.8, 2.8]);
  });
});

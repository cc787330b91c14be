import { expect, it } from 'vitest';
import { nextNode } from './traverse.ts';

const node = (id: string, x: number, y: number) => ({ id, x, y, width: 80, height: 28, group: null });
const layout = {
  nodes: [node('a', 0, 0), node('b', 200, 0), node('c', 200, 100), node('d', 0, 100), node('e', 400, 4)],
};

it('moves to what lies ahead', () => {
  expect(nextNode(layout, 'a', 'right')).toBe('b');
  expect(nextNode(layout, 'b', 'right')).toBe('e');
  expect(nextNode(layout, 'b', 'down')).toBe('c');
  expect(nextNode(layout, 'c', 'left')).toBe('d');
  expect(nextNode(layout, 'a', 'up')).toBeNull();
});

it('starts at the top left', () => {
  expect(nextNode(layout, null, 'right')).toBe('a');
  expect(nextNode({ nodes: [] }, null, 'right')).toBeNull();
});

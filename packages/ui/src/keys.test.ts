import { expect, it } from 'vitest';
import { createKeyMatcher, type KeyBinding, keyName } from './keys.ts';

const bind = (...keys: string[]): KeyBinding[] => keys.map((each) => ({ keys: each, run: () => {} }));

it('names presses', () => {
  const press = { ctrlKey: false, metaKey: false, altKey: false };
  expect(keyName({ ...press, key: 'K', metaKey: true })).toBe('ctrl+k');
  expect(keyName({ ...press, key: ' ' })).toBe('space');
  expect(keyName({ ...press, key: '?' })).toBe('?');
  expect(keyName({ ...press, key: 'Escape' })).toBe('escape');
});

it('completes sequences in time and forgets them after', () => {
  const match = createKeyMatcher();
  const bindings = bind('g r', 'r', '/');
  expect(match(bindings, 'g', 0)).toBeNull();
  expect(match(bindings, 'r', 500)?.keys).toBe('g r');
  expect(match(bindings, 'r', 600)?.keys).toBe('r');
  expect(match(bindings, 'g', 1_000)).toBeNull();
  expect(match(bindings, 'r', 9_000)?.keys).toBe('r');
  expect(match(bindings, 'x', 9_100)).toBeNull();
  expect(match(bindings, '/', 9_200)?.keys).toBe('/');
});

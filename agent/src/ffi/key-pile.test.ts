import { expect, it } from 'vitest';
import { KeyPile } from './key-pile.ts';

it('keeps copies of keys in their order, however many', () => {
  const pile = new KeyPile(4);
  const source = Buffer.alloc(8);
  for (let i = 0; i < 1_000; i++) {
    source.writeUInt32LE(i, 4);
    pile.add(source, 4);
  }
  expect(pile.length).toBe(1_000);
  expect(pile.from(0).length).toBe(4_000);
  for (let i = 0; i < 1_000; i++) expect(pile.from(i).readUInt32LE()).toBe(i);
  expect(pile.from(1_000).length).toBe(0);
});

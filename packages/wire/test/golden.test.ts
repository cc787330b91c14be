import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeBatch, encodeBatch } from '../src/index.ts';
import { readable } from './readable.ts';
import { GOLDEN } from './samples.ts';

const file = (name: string) => readFileSync(join(import.meta.dirname, '../golden', name));

for (const [name, batch] of Object.entries(GOLDEN)) {
  test(`golden batch "${name}" still reads as it was written`, () => {
    expect(readable(decodeBatch(file(`${name}.batch`)))).toEqual(JSON.parse(file(`${name}.json`).toString()));
  });
  test(`golden batch "${name}" is still written byte for byte`, () => {
    expect(Buffer.from(encodeBatch(batch)).equals(file(`${name}.batch`))).toBe(true);
  });
}

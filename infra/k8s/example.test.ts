import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { EXAMPLE, renderExample } from './write-example.ts';

it('the example is what the console serves (else run: node infra/k8s/write-example.ts)', () => {
  expect(readFileSync(EXAMPLE, 'utf8')).toBe(renderExample());
});

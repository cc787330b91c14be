import { expect, it } from 'vitest';
import { safeFileName } from './save-file.ts';

it('keeps good names and tames the rest', () => {
  expect(safeFileName('checkoutservice.yaml')).toBe('checkoutservice.yaml');
  expect(safeFileName('../../etc/passwd')).toBe('etc-passwd');
  expect(safeFileName('a b\u202E.yaml')).toBe('a-b-.yaml');
  expect(safeFileName(`${'x'.repeat(300)}.yaml`)).toHaveLength(120);
  expect(safeFileName('…')).toBe('margay');
});

import { expect, it } from 'vitest';
import { clientAddress } from './client-address.ts';

it('believes the last hop only', () => {
  expect(clientAddress('6.6.6.6, 192.0.2.1')).toBe('192.0.2.1');
  expect(clientAddress('192.0.2.1')).toBe('192.0.2.1');
  expect(clientAddress(null)).toBe('unknown');
  expect(clientAddress('x'.repeat(500))).toHaveLength(64);
});

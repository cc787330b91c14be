import { expect, it } from 'vitest';
import { AddressPool, podAddresses } from './addresses.ts';

it('gives a freed address to the very next pod', () => {
  const pool = new AddressPool();
  expect([pool.take(), pool.take(), pool.take()]).toEqual([2, 3, 4]);
  pool.release(3);
  expect([pool.take(), pool.take()]).toEqual([3, 5]);
});

it('runs out with a word', () => {
  const pool = new AddressPool();
  for (let index = 2; index <= 254; index++) pool.take();
  expect(() => pool.take()).toThrow(/253/);
});

it('pairs the families', () => {
  expect(podAddresses(26)).toEqual({ ipv4: '10.244.1.26', ipv6: 'fd00:10:244:1::1a' });
});

import { expect, it } from 'vitest';
import { LEDGER } from '../../ffi/index.ts';
import { decodeLedger, encodeLedger, type Ledger, newLedger } from './ledger.ts';

const LEDGER_IN_USE: Ledger = {
  boot: '00112233445566778899aabbccddeeff',
  epoch: 42,
  openedNs: 5n,
  scannedNs: 6n,
  losses: [1n, 2n, 3n, 4n],
  closedState: 'closing',
  closed: { openedNs: 7n, closedNs: 8n, scannedFromNs: 9n, scannedToNs: 10n, losses: [5n, 6n, 7n, 8n] },
};

it('reads what it wrote', () => {
  expect(decodeLedger(encodeLedger(LEDGER_IN_USE))).toEqual(LEDGER_IN_USE);
});

it('of maps that were just made is all zero, and begins a life of its own', () => {
  expect(decodeLedger(Buffer.alloc(LEDGER.bytes))).toBeUndefined();
  expect(newLedger(1n).boot).toMatch(/^[0-9a-f]{32}$/);
  expect(newLedger(1n).boot).not.toBe(newLedger(1n).boot);
});

it('of another version is not read', () => {
  const bytes = encodeLedger(LEDGER_IN_USE);
  bytes.writeUInt32LE(999, LEDGER.layout);
  expect(decodeLedger(bytes)).toBe('foreign');
  expect(decodeLedger(Buffer.alloc(16))).toBe('foreign');
});

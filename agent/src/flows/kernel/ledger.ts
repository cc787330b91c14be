import { randomBytes } from 'node:crypto';
import { ENUMS, LEDGER } from '../../ffi/index.ts';

/** How far the closing of a window has come. `closing` is written before the swap, `closed` after it. */
export type ClosedState = 'none' | 'closed' | 'closing';
const STATES: readonly ClosedState[] = ['none', 'closed', 'closing'];

/** struct margay_ledger: where the agent stands, kept with the maps. Times are CLOCK_MONOTONIC nanoseconds. */
export interface Ledger {
  /** 32 hex digits. */
  readonly boot: string;
  /** Of the window being written. */
  readonly epoch: number;
  readonly openedNs: bigint;
  /** Up to when the deadlines of connections were looked at. */
  readonly scannedNs: bigint;
  readonly losses: readonly bigint[];
  readonly closedState: ClosedState;
  readonly closed: ClosedLedger;
}

/** The window before: closed, perhaps read, not yet acknowledged. */
export interface ClosedLedger {
  readonly openedNs: bigint;
  readonly closedNs: bigint;
  readonly scannedFromNs: bigint;
  readonly scannedToNs: bigint;
  readonly losses: readonly bigint[];
}

const LOSS_KINDS = ENUMS.MARGAY_LOSS_KINDS;

/** The ledger of maps that were just made. */
export function newLedger(nowNs: bigint): Ledger {
  const zeros = new Array<bigint>(LOSS_KINDS).fill(0n);
  return {
    boot: randomBytes(16).toString('hex'),
    epoch: 0,
    openedNs: nowNs,
    scannedNs: nowNs,
    losses: zeros,
    closedState: 'none',
    closed: { openedNs: 0n, closedNs: 0n, scannedFromNs: 0n, scannedToNs: 0n, losses: zeros },
  };
}

export function encodeLedger(ledger: Ledger): Buffer {
  const bytes = Buffer.alloc(LEDGER.bytes);
  bytes.writeUInt32LE(ENUMS.MARGAY_LAYOUT, LEDGER.layout);
  bytes.writeUInt32LE(STATES.indexOf(ledger.closedState), LEDGER.closed_pending);
  bytes.write(ledger.boot, LEDGER.boot, 'hex');
  bytes.writeBigUInt64LE(BigInt(ledger.epoch), LEDGER.epoch);
  bytes.writeBigUInt64LE(ledger.openedNs, LEDGER.opened_ns);
  bytes.writeBigUInt64LE(ledger.scannedNs, LEDGER.scanned_ns);
  bytes.writeBigUInt64LE(ledger.closed.openedNs, LEDGER.closed_opened_ns);
  bytes.writeBigUInt64LE(ledger.closed.closedNs, LEDGER.closed_ns);
  bytes.writeBigUInt64LE(ledger.closed.scannedFromNs, LEDGER.closed_scanned_from_ns);
  bytes.writeBigUInt64LE(ledger.closed.scannedToNs, LEDGER.closed_scanned_to_ns);
  for (let i = 0; i < LOSS_KINDS; i++) {
    bytes.writeBigUInt64LE(ledger.closed.losses[i] ?? 0n, LEDGER.closed_losses + 8 * i);
    bytes.writeBigUInt64LE(ledger.losses[i] ?? 0n, LEDGER.losses + 8 * i);
  }
  return bytes;
}

/** Undefined when it was never written, `'foreign'` when another version's maps are pinned there. */
export function decodeLedger(bytes: Buffer): Ledger | 'foreign' | undefined {
  const layout = bytes.length === LEDGER.bytes ? bytes.readUInt32LE(LEDGER.layout) : -1;
  if (layout === 0) return undefined;
  if (layout !== ENUMS.MARGAY_LAYOUT) return 'foreign';
  const u64 = (offset: number) => bytes.readBigUInt64LE(offset);
  const losses = (offset: number) => Array.from({ length: LOSS_KINDS }, (_, i) => u64(offset + 8 * i));
  return {
    boot: bytes.toString('hex', LEDGER.boot, LEDGER.boot + 16),
    epoch: Number(u64(LEDGER.epoch)),
    openedNs: u64(LEDGER.opened_ns),
    scannedNs: u64(LEDGER.scanned_ns),
    losses: losses(LEDGER.losses),
    closedState: STATES[bytes.readUInt32LE(LEDGER.closed_pending)] ?? 'none',
    closed: {
      openedNs: u64(LEDGER.closed_opened_ns),
      closedNs: u64(LEDGER.closed_ns),
      scannedFromNs: u64(LEDGER.closed_scanned_from_ns),
      scannedToNs: u64(LEDGER.closed_scanned_to_ns),
      losses: losses(LEDGER.closed_losses),
    },
  };
}

import type { BpfMap } from '../../ffi/index.ts';
import { possibleCpus } from '../../ffi/index.ts';
import { type ClosedLedger, decodeLedger, encodeLedger, type Ledger, newLedger } from './ledger.ts';

/** The maps that take part in the turn of windows. */
export interface WindowMaps {
  readonly windowA: BpfMap;
  readonly windowB: BpfMap;
  readonly active: BpfMap;
  readonly losses: BpfMap;
  readonly ledger: BpfMap;
}

/** A window that is closed and still in its map. */
export interface WindowInMap extends ClosedLedger {
  readonly boot: string;
  readonly epoch: number;
  readonly map: BpfMap;
}

const SLOT = Buffer.alloc(4);
const SCAN_EVERY_NS = 1_000_000_000n;

/**
 * Two window maps take turns. The ledger is written before and after each swap, so that whoever finds the maps after a
 * crash knows which window is closed and unacknowledged, and reads that one again under the same boot and epoch.
 *
 *   close: note the intent → swap (waits for programs in flight) → note the swap → read
 *   acknowledge: clear the map → forget the window
 */
export class WindowCycle {
  readonly #maps: WindowMaps;
  readonly #nowNs: () => bigint;
  #ledger: Ledger;

  constructor(maps: WindowMaps, nowNs: () => bigint = process.hrtime.bigint) {
    this.#maps = maps;
    this.#nowNs = nowNs;
    this.#ledger = this.#recover();
    this.#save(this.#ledger);
  }

  /** Epoch of the closed window that nobody has acknowledged yet. */
  get unacknowledged(): number | undefined {
    return this.#ledger.closedState === 'closed' ? this.#ledger.epoch - 1 : undefined;
  }

  /** Closes the open window; hands out again, unchanged, one that is closed already and not acknowledged. */
  async close(): Promise<WindowInMap> {
    if (this.#ledger.closedState !== 'closed') await this.#swap();
    const epoch = this.#ledger.epoch - 1;
    return { boot: this.#ledger.boot, epoch, map: this.#mapOf(epoch), ...this.#ledger.closed };
  }

  /** Clears the closed window. */
  async acknowledge(epoch: number): Promise<void> {
    if (epoch !== this.unacknowledged) return;
    await this.#mapOf(epoch).clear();
    this.#save({ ...this.#ledger, closedState: 'none' });
  }

  async #swap(): Promise<void> {
    const { epoch, openedNs, scannedNs } = this.#ledger;
    const losses = this.#readLosses();
    // Before the swap: every packet with an earlier time belongs to a program that the swap waits for.
    const closedNs = this.#nowNs();
    const scannedToNs = closedNs - scannedNs >= SCAN_EVERY_NS ? closedNs : scannedNs;
    const closed: ClosedLedger = {
      openedNs,
      closedNs,
      scannedFromNs: scannedNs,
      scannedToNs,
      losses: losses.map((count, i) => count - (this.#ledger.losses[i] ?? 0n)),
    };
    this.#save({ ...this.#ledger, closed, closedState: 'closing' });
    const fd = Buffer.alloc(4);
    fd.writeInt32LE(this.#mapOf(epoch + 1).fd);
    await this.#maps.active.setAsync(SLOT, fd);
    this.#save(afterSwap(this.#ledger));
  }

  #recover(): Ledger {
    const stored = this.#maps.ledger.get(SLOT);
    const ledger = stored && decodeLedger(stored);
    if (!ledger || ledger === 'foreign') return newLedger(this.#nowNs());
    if (ledger.closedState !== 'closing') return ledger;
    const activeId = this.#maps.active.get(SLOT)?.readUInt32LE();
    // The process died at the swap: the slot itself tells on which side of it.
    return activeId === this.#mapOf(ledger.epoch).id ? { ...ledger, closedState: 'none' } : afterSwap(ledger);
  }

  #mapOf(epoch: number): BpfMap {
    return epoch % 2 === 0 ? this.#maps.windowA : this.#maps.windowB;
  }

  #readLosses(): bigint[] {
    const cpus = possibleCpus();
    return this.#ledger.losses.map((_, kind) => {
      const key = Buffer.alloc(4);
      key.writeUInt32LE(kind);
      const values = this.#maps.losses.get(key, cpus * 8);
      let sum = 0n;
      for (let cpu = 0; values && cpu < cpus; cpu++) sum += values.readBigUInt64LE(cpu * 8);
      return sum;
    });
  }

  #save(ledger: Ledger): void {
    this.#maps.ledger.set(SLOT, encodeLedger(ledger));
    this.#ledger = ledger;
  }
}

function afterSwap(ledger: Ledger): Ledger {
  return {
    ...ledger,
    epoch: ledger.epoch + 1,
    openedNs: ledger.closed.closedNs,
    scannedNs: ledger.closed.scannedToNs,
    losses: ledger.losses.map((count, i) => count + (ledger.closed.losses[i] ?? 0n)),
    closedState: 'closed',
  };
}

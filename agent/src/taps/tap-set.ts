import { existsSync, readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { TapStatus } from '../flows/window.ts';
import { type Discovery, PodDiscovery } from './discovery.ts';
import type { PodInterface } from './pod-interfaces.ts';
import { type AttachMode, attachTap, linkPinName, type Tap, type TapPrograms } from './tap.ts';

interface Entry {
  readonly pod: PodInterface;
  readonly tap: Tap | undefined;
  readonly error: string;
  readonly attachedAtMs: number;
  /** Put there on a hint; a look at the namespace has yet to say whether it is a pod's. */
  readonly isGuess?: boolean;
}

/** A tap at every local pod: attached when a pod comes, put back when somebody takes it off, forgotten with its interface. */
export class TapSet {
  readonly #programs: TapPrograms;
  readonly #options: { mode: AttachMode; pinDirectory?: string };
  readonly #discovery = new PodDiscovery();
  readonly #entries = new Map<number, Entry>();
  #seen: Discovery | undefined;
  /** Address → port of a bridge it was last seen behind. */
  readonly #bridged = new Map<string, number>();

  constructor(programs: TapPrograms, options: { mode: AttachMode; pinDirectory?: string }) {
    this.#programs = programs;
    this.#options = options;
  }

  /** Brings taps in line with the pods there are now. Cheap while nothing changes; call it every second. */
  async refresh(nowMs: number): Promise<readonly TapStatus[]> {
    const seen = await this.#discovery.find(nowMs);
    const found = new Set(seen.pods.map(({ index }) => index));
    for (const [index, entry] of this.#entries) {
      // Guessed while this look was under way: the next one judges it.
      if (entry.isGuess && entry.attachedAtMs >= nowMs) continue;
      if (!seen.indices.has(index)) this.#forget(index, entry);
      else if (seen.uplinks.has(entry.pod.name) || (entry.isGuess && !found.has(index))) this.#leave(index, entry);
    }
    for (const pod of seen.pods) this.#entries.set(pod.index, this.#ensure(pod, nowMs));
    if (this.#seen !== seen) {
      this.#dropStalePins(seen);
      this.#rememberBridged(seen);
    }
    this.#seen = seen;
    return [...this.#entries.values()].map(statusOf);
  }

  /** Attaches at once to an interface that nobody has looked at yet and that seems to be a pod's; the next look confirms it or takes the tap off again. */
  attachEarly(pod: PodInterface, nowMs: number): void {
    const seen = this.#seen;
    if (!seen || seen.indices.has(pod.index) || this.#entries.has(pod.index)) return;
    // A bridge may be an uplink's; one that has pods already is theirs.
    if (pod.bridge !== undefined && !seen.pods.some(({ bridge }) => bridge === pod.bridge)) return;
    const entry = this.#ensure(pod, nowMs);
    if (entry.tap) this.#entries.set(pod.index, { ...entry, isGuess: true });
  }

  /** Whether an interface is known to be gone; false while nobody has looked yet. */
  isGone(interfaceIndex: number): boolean {
    return this.#seen !== undefined && !this.#seen.indices.has(interfaceIndex);
  }

  /** When the tap of an interface was put there; 0 when it has none. */
  attachedAtMs(interfaceIndex: number): number {
    return this.#entries.get(interfaceIndex)?.attachedAtMs ?? 0;
  }

  /**
   * Whether an address is known to be behind another port of the same bridge: a bridge that has forgotten a port floods,
   * and then every pod's tap sees what is meant for one.
   */
  isFlooded(interfaceIndex: number, localAddress: string): boolean {
    const owner = this.#bridged.get(localAddress);
    if (owner === undefined || owner === interfaceIndex) return false;
    const bridge = this.#entries.get(interfaceIndex)?.pod.bridge;
    return bridge !== undefined && bridge === this.#entries.get(owner)?.pod.bridge;
  }

  /** Takes all taps off, or, with `keep`, leaves those that can stay without a process. */
  stop(options: { keep: boolean }): void {
    for (const { tap } of this.#entries.values()) {
      if (options.keep) tap?.release();
      else tap?.detach();
    }
    this.#entries.clear();
  }

  #ensure(pod: PodInterface, nowMs: number): Entry {
    const known = this.#entries.get(pod.index);
    if (known?.tap?.isAttached()) return { ...known, pod, isGuess: false };
    // What is left of it, one direction perhaps, goes first; the new one takes the head again.
    known?.tap?.detach();
    try {
      return { pod, tap: attachTap(pod.index, this.#programs, this.#options), error: '', attachedAtMs: nowMs };
    } catch (error) {
      return {
        pod,
        tap: undefined,
        error: error instanceof Error ? error.message : String(error),
        attachedAtMs: nowMs,
      };
    }
  }

  /** Kept while the port is there: that the bridge forgets is when it matters. */
  #rememberBridged(seen: Discovery): void {
    for (const [address, index] of this.#bridged) if (!seen.indices.has(index)) this.#bridged.delete(address);
    for (const pod of seen.pods) {
      if (pod.bridge) for (const address of pod.addresses) this.#bridged.set(address, pod.index);
    }
  }

  #forget(index: number, { tap }: Entry): void {
    tap?.release();
    this.#entries.delete(index);
    this.#unpin(index);
  }

  #leave(index: number, { tap }: Entry): void {
    tap?.detach();
    this.#entries.delete(index);
  }

  /** Pins that a former process left for interfaces that are gone or no longer a pod's. */
  #dropStalePins(seen: Discovery): void {
    const { pinDirectory } = this.#options;
    const pins = pinDirectory && existsSync(pinDirectory) ? readdirSync(pinDirectory) : [];
    for (const name of pins) {
      const index = Number(/^link-(\d+)-/.exec(name)?.[1] ?? Number.NaN);
      if (!Number.isNaN(index) && !this.#entries.has(index) && !seen.pods.some((pod) => pod.index === index)) {
        this.#unpin(index);
      }
    }
  }

  #unpin(index: number): void {
    const { pinDirectory } = this.#options;
    if (!pinDirectory) return;
    for (const direction of ['ingress', 'egress'] as const) {
      const pin = join(pinDirectory, linkPinName(index, direction));
      if (existsSync(pin)) unlinkSync(pin);
    }
  }
}

function statusOf({ pod, tap, error }: Entry): TapStatus {
  return {
    interface: pod.name,
    interfaceIndex: pod.index,
    addresses: pod.addresses,
    state: tap ? 'active' : 'failed',
    message: tap ? `attached (${tap.mode})` : error,
  };
}

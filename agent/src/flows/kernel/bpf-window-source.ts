import { KEY, KeyPile } from '../../ffi/index.ts';
import { NetworkWatch, TapSet } from '../../taps/index.ts';
import type { ClosedWindow, ConnectionSample, NatEntry, TapStatus, WindowSource } from '../window.ts';
import { FillForecast } from './fill-forecast.ts';
import { findObject } from './find-object.ts';
import { correctFirstPackets } from './first-packets.ts';
import { HalfBlindWatch } from './half-blind.ts';
import { type KernelMaps, loadKernelMaps } from './kernel-maps.ts';
import { type Lifetimes, readLifetimes } from './lifetimes.ts';
import { NatReader } from './nat-reader.ts';
import { type BpfWindowSourceOptions, pinDirectoryOf } from './options.ts';
import { openPinDirectory, type PinDirectory } from './pin-directory.ts';
import { readCounts, type ToEpochMs } from './read-counts.ts';
import { Turns } from './turns.ts';
import { UnknownInitiators } from './unknown-initiators.ts';
import { WindowCycle, type WindowInMap } from './window-cycle.ts';

const WINDOW_MS = 5_000;

interface Running {
  readonly maps: KernelMaps;
  readonly cycle: WindowCycle;
  readonly taps: TapSet;
  readonly watch: NetworkWatch;
  readonly forecast: FillForecast;
}

/** The eBPF observer as a WindowSource: bpf/flow.bpf.c at a tap of every local pod. */
export class BpfWindowSource implements WindowSource {
  readonly #options: BpfWindowSourceOptions;
  readonly #warn: (message: string) => void;
  readonly #nat: NatReader;
  readonly #unknown: UnknownInitiators;
  readonly #halfBlind = new HalfBlindWatch();
  /** Calls wait for each other: none may find maps or taps half way. */
  readonly #turns = new Turns();
  #running: Running | undefined;
  #pins: PinDirectory | undefined;
  #expired = new KeyPile(KEY.bytes);
  #tableIsFilling = false;

  constructor(options: BpfWindowSourceOptions) {
    this.#options = options;
    this.#warn = options.warn ?? ((message) => process.emitWarning(message));
    this.#nat = new NatReader(this.#warn);
    this.#unknown = new UnknownInitiators(this.#nat);
  }

  start(): Promise<void> {
    return this.#turns.take(async () => {
      const objectPath = findObject(this.#options.bpfDirectory);
      this.#pins = this.#openPins();
      const pinDirectory = this.#pins?.path;
      const maps = loadKernelMaps(objectPath, { connectionsMax: this.#options.connectionsMax, pinDirectory });
      const taps = new TapSet(maps, { mode: this.#options.attach ?? 'auto', pinDirectory });
      const watch = new NetworkWatch({
        // Out of turn: a window may be read just now, and the pod will not wait.
        appeared: (pod) => taps.attachEarly(pod, Date.now()),
        changed: () => this.refreshTaps(),
        blind: (reason) =>
          this.#warn(`New pods are found within seconds only, their first connections may be missed: ${reason}`),
      });
      const forecast = new FillForecast(maps.connectionsMax);
      this.#running = { maps, cycle: new WindowCycle(maps), taps, watch, forecast };
      // Before the first look: what comes between the two must not be missed.
      watch.start();
      await taps.refresh(Date.now());
    });
  }

  refreshTaps(): Promise<readonly TapStatus[]> {
    return this.#turns.take(async () => {
      const statuses = await this.#started().taps.refresh(Date.now());
      return statuses.map((status) => this.#halfBlind.judge(status));
    });
  }

  closeWindow(nowMs: number): Promise<ClosedWindow> {
    // Now, not when the turn comes: the two clocks are read at one moment.
    const offsetMs = nowMs - Number(process.hrtime.bigint()) / 1e6;
    const toEpochMs: ToEpochMs = (ns) => Math.round(ns / 1e6 + offsetMs);
    return this.#turns.take(async () => {
      const window = await this.#started().cycle.close();
      const samples = await this.#readWindow(window, toEpochMs);
      this.#halfBlind.look(samples);
      return closedWindow(window, samples, toEpochMs);
    });
  }

  acknowledge(epoch: number): Promise<void> {
    return this.#turns.take(async () => {
      const { cycle, maps } = this.#started();
      if (cycle.unacknowledged !== epoch) return;
      await maps.reserve.deleteAll(await maps.connections.deleteAll(this.#expired));
      this.#unknown.forget(this.#expired);
      this.#expired = new KeyPile(KEY.bytes);
      await cycle.acknowledge(epoch);
    });
  }

  natEntries(): Promise<readonly NatEntry[]> {
    return this.#turns.take(async () => this.#nat.entries());
  }

  stop(options: { remove: boolean }): Promise<void> {
    return this.#turns.take(async () => {
      const running = this.#running;
      this.#running = undefined;
      running?.watch.stop();
      // Pinned taps go on counting into pinned maps while no agent runs: the next one finds it all.
      running?.taps.stop({ keep: this.#pins !== undefined && !options.remove });
      running?.maps.close();
      if (options.remove) this.#pins?.remove();
      this.#pins = undefined;
    });
  }

  async #readWindow(window: WindowInMap, toEpochMs: ToEpochMs): Promise<ConnectionSample[]> {
    const { maps, taps } = this.#started();
    const samples: ConnectionSample[] = [];
    const sources = {
      nat: this.#nat,
      connections: maps.connections,
      attachedAtMs: (index: number) => taps.attachedAtMs(index),
    };
    for await (const batch of window.map.batches()) {
      const from = samples.length;
      readCounts(batch, toEpochMs, samples);
      this.#unknown.resolve(batch.keys, samples, from);
      correctFirstPackets(batch.keys, samples, from, sources);
    }
    if (window.scannedToNs > window.scannedFromNs) samples.push(...(await this.#scan(window, toEpochMs)));
    return samples.filter((sample) => !taps.isFlooded(sample.interfaceIndex, sample.localAddress));
  }

  async #scan(window: WindowInMap, toEpochMs: ToEpochMs): Promise<ConnectionSample[]> {
    const { maps, taps } = this.#started();
    const found: Lifetimes = { samples: [], expired: new KeyPile(KEY.bytes), count: 0 };
    const scan = {
      fromNs: Number(window.scannedFromNs),
      toNs: Number(window.scannedToNs),
      underPressure: this.#tableIsFilling,
      isGone: (index: number) => taps.isGone(index),
    };
    for (const map of [maps.connections, maps.reserve]) {
      for await (const batch of map.batches()) readLifetimes(batch, scan, toEpochMs, found);
    }
    this.#tableIsFilling = this.#started().forecast.isFilling(found.count, found.expired.length);
    this.#expired = found.expired;
    return found.samples;
  }

  #openPins(): PinDirectory | undefined {
    const base = pinDirectoryOf(this.#options);
    if (base === false) return undefined;
    try {
      return openPinDirectory(base);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#warn(`${reason} Going on unpinned: a restart of the agent misses traffic.`);
      return undefined;
    }
  }

  #started(): Running {
    if (!this.#running) throw new Error('BpfWindowSource: start() first.');
    return this.#running;
  }
}

function closedWindow(window: WindowInMap, samples: ConnectionSample[], toEpochMs: ToEpochMs): ClosedWindow {
  // The middle: a window closed a little early or late still falls on its own place of the grid.
  const middleMs = toEpochMs((Number(window.openedNs) + Number(window.closedNs)) / 2);
  const [connections = 0n, counters = 0n, parse = 0n, fragments = 0n] = window.losses;
  const losses = [
    { kind: 'kernel-map-full' as const, count: Number(connections + counters) },
    { kind: 'kernel-parse' as const, count: Number(parse + fragments) },
  ];
  return {
    boot: window.boot,
    epoch: window.epoch,
    windowStartMs: Math.floor(middleMs / WINDOW_MS) * WINDOW_MS,
    closedAtMs: toEpochMs(Number(window.closedNs)),
    samples,
    losses: losses.filter((loss) => loss.count > 0),
  };
}

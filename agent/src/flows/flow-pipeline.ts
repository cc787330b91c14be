import type { ExternalTable } from '../calc/external-table.ts';
import { joinWindow, type WindowSample } from '../calc/join.ts';
import type { IdentitySource } from '../identity/identity-source.ts';
import type { Log } from '../log.ts';
import { pause } from '../pause.ts';
import { batchId } from '../uplink/batch-id.ts';
import type { Spool } from '../uplink/spool.ts';
import { buildBatches } from './build-batches.ts';
import { flushClock } from './flush-clock.ts';
import type { ClosedWindow, NatEntry, TapStatus, WindowSource } from './window.ts';

const TAPS_EVERY_MS = 1_000;
const HOLD_MS = 3_000;

export interface PipelineOptions {
  readonly source: WindowSource;
  readonly identity: IdentitySource;
  readonly externals: ExternalTable;
  readonly spool: Spool;
  readonly node: string;
  readonly log: Log;
  readonly now: () => number;
}

/** One after the other: a busy window has tens of thousands, and none is needed for longer than its turn. */
function* samplesOf(held: readonly WindowSample[], window: ClosedWindow): Generator<WindowSample> {
  yield* held;
  for (const sample of window.samples)
    yield { sample, windowStartMs: window.windowStartMs, sinceMs: window.closedAtMs };
}

/** From closed windows of the kernel to batches in the spool. */
export class FlowPipeline {
  readonly #options: PipelineOptions;
  readonly #clock = flushClock();
  #taps: readonly TapStatus[] = [];

  constructor(options: PipelineOptions) {
    this.#options = options;
  }

  /** As of the last look. */
  get taps(): readonly TapStatus[] {
    return this.#taps;
  }

  /** Someone watches. */
  lease(lease: { flushMs: number; untilMs: number }): void {
    this.#clock.lease(lease);
  }

  /** How often to flush while nobody watches. */
  setFlush(flushMs: number): void {
    this.#clock.setFlush(flushMs);
  }

  /** Attaches to pods at once, reads windows as soon as addresses can be named, until `signal` aborts; then reads the last one. */
  async run(signal: AbortSignal): Promise<void> {
    const { identity, now } = this.#options;
    let named = false;
    void identity.ready.then(() => {
      named = true;
    });
    let tapsDueMs = 0;
    while (!signal.aborted) {
      if (now() >= tapsDueMs) {
        await this.#refreshTaps();
        tapsDueMs = now() + TAPS_EVERY_MS;
      }
      if (named && this.#clock.isDue(now())) {
        await this.#flush();
        this.#clock.flushed(now());
      }
      const nextMs = named ? Math.min(tapsDueMs, this.#clock.nextMs(now())) : tapsDueMs;
      const waited = pause(Math.max(1, nextMs - now()), signal);
      await (named ? waited : Promise.race([waited, identity.ready]));
    }
    if (named) await this.#flush();
  }

  /** Reads one window, joins it, and clears it once it is on disk. */
  async #flush(): Promise<void> {
    const { source, identity, log } = this.#options;
    try {
      const window = await source.closeWindow(this.#options.now());
      if (!this.#options.spool.isCommitted(window.boot, window.epoch))
        await this.#commit(window, await this.#natEntries());
      await source.acknowledge?.(window.epoch);
      identity.refresh();
    } catch (error) {
      log.error({ err: error }, 'a window was not read; its counts stay in the kernel for the next');
    }
  }

  async #commit(window: ClosedWindow, natEntries: readonly NatEntry[]): Promise<void> {
    const { spool, identity, externals, node, now } = this.#options;
    const joined = joinWindow({
      samples: samplesOf(spool.held, window),
      natEntries,
      resolver: identity.resolver,
      services: identity.services,
      externals,
      nowMs: now(),
      holdMs: HOLD_MS,
    });
    const { windowStartMs: sinceMs, closedAtMs: untilMs } = window;
    for (const { kind, count } of [...window.losses, ...joined.losses]) spool.losses.add(kind, count, sinceMs, untilMs);
    const { boot, epoch } = window;
    await spool.commit({
      boot,
      epoch,
      held: joined.held,
      batchesOf: (losses, sequence) =>
        buildBatches({
          node,
          boot,
          rows: joined.rows,
          peers: joined.peers,
          losses,
          sequence,
          idOf: (part) => batchId(node, boot, epoch, part),
        }),
    });
  }

  /** Without them Services stay Services: worse, but no reason to lose a window. */
  async #natEntries(): Promise<readonly NatEntry[]> {
    return this.#options.source.natEntries().catch((error) => {
      this.#options.log.warn(
        { err: error },
        'conntrack could not be read; Services of several workloads stay unresolved',
      );
      return [];
    });
  }

  async #refreshTaps(): Promise<void> {
    try {
      this.#taps = await this.#options.source.refreshTaps();
    } catch (error) {
      this.#options.log.error({ err: error }, 'taps could not be looked after');
    }
  }
}

import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { decodeBatch, encodeBatch, type FlowBatch, LIMITS, type Loss } from '@margay/wire';
import type { WindowSample } from '../calc/join.ts';
import type { Log } from '../log.ts';
import { replaceDurably, syncDirectory, writeDurably } from './durable-file.ts';
import { LossLedger } from './loss-ledger.ts';
import { parseSpoolFileName, type SpoolFile, spoolFileName } from './spool-file.ts';
import { readSpoolState, type SpoolState } from './spool-state.ts';

export interface SpoolOptions {
  readonly directory: string;
  readonly bytesMax: number;
  readonly log: Log;
  readonly now: () => number;
}

/** A window as it goes to disk. `batchesOf` gets the losses that wait, to travel with its batches, and the next sequence number. */
export interface WindowCommit {
  readonly boot: string;
  readonly epoch: number;
  readonly held: readonly WindowSample[];
  readonly batchesOf: (losses: readonly Loss[], sequence: number) => FlowBatch[];
}

export interface SpoolEntry extends SpoolFile {
  readonly name: string;
  readonly bytes: number;
}

const STATE = 'state.json';
const PART = '.part';

/**
 * Batches on disk until the console has them. A window is committed in three steps (its files under provisional names, the state
 * that names it, the final names): after a crash at any point it was read wholly or not at all. Beyond the bound the oldest
 * batches are dropped and their rows counted.
 */
export class Spool {
  readonly losses = new LossLedger();
  readonly #options: SpoolOptions;
  #state: SpoolState;
  #entries: SpoolEntry[] = [];
  /** The batch that is under way to the console is not dropped. */
  #sending: SpoolEntry | null = null;
  #added = Promise.withResolvers<void>();

  private constructor(options: SpoolOptions, state: SpoolState) {
    this.#options = options;
    this.#state = state;
    this.losses.addAll(state.losses);
  }

  /** Opens or makes the spool; finishes or undoes what a crash left halfway. */
  static async open(options: SpoolOptions): Promise<Spool> {
    await mkdir(options.directory, { recursive: true, mode: 0o700 });
    const spool = new Spool(options, await readSpoolState(join(options.directory, STATE)));
    await spool.#recover();
    return spool;
  }

  /** Samples of committed windows that wait for an identity. */
  get held(): readonly WindowSample[] {
    return this.#state.held;
  }

  get size(): { bytes: number; batches: number } {
    return { bytes: this.#entries.reduce((sum, entry) => sum + entry.bytes, 0), batches: this.#entries.length };
  }

  isCommitted(boot: string, epoch: number): boolean {
    return this.#state.boot === boot && epoch <= this.#state.epoch;
  }

  /** Resolves when the window's batches are on disk, or counted as lost where the disk does not take them. */
  async commit(window: WindowCommit): Promise<void> {
    const losses = this.losses.take();
    const batches = window.batchesOf(losses, this.#state.nextSequence);
    const files = batches.map((batch) => fileOf(batch, window));
    let state: SpoolState = {
      boot: window.boot,
      epoch: window.epoch,
      nextSequence: this.#state.nextSequence + batches.length,
      held: [...window.held],
      losses: [],
    };
    try {
      await this.#makeRoom(files.reduce((sum, { content }) => sum + content.length, 0));
      // Of what was dropped just now: the next window's batches carry it, in this life or the next.
      state = { ...state, losses: this.losses.list() };
      await this.#write(files, state);
      this.#entries.push(...files.map(({ entry }) => entry));
    } catch (error) {
      this.#options.log.error({ err: error }, 'the spool could not be written: this window is lost, and counted');
      await this.#takeBack(files);
      this.losses.addAll(losses);
      const rows = batches.reduce((sum, batch) => sum + batch.columns.rows, 0);
      this.losses.add('spool-full', rows, this.#options.now());
    }
    this.#state = state;
    if (this.#entries.length > 0) this.#wake();
  }

  /** The oldest batch; it stays on disk until {@link Spool.remove}. */
  take(): SpoolEntry | null {
    this.#sending = this.#entries[0] ?? null;
    return this.#sending;
  }

  /** Resolves when there is a batch to take. */
  async added(): Promise<void> {
    if (this.#entries.length === 0) await this.#added.promise;
  }

  /** @throws when the file is gone or no batch: the caller counts and removes it. */
  async read(entry: SpoolEntry): Promise<FlowBatch> {
    return readBatch(join(this.#options.directory, entry.name));
  }

  async remove(entry: SpoolEntry): Promise<void> {
    if (this.#sending === entry) this.#sending = null;
    this.#entries = this.#entries.filter((other) => other !== entry);
    await rm(join(this.#options.directory, entry.name), { force: true });
  }

  /** Counts a batch's rows as lost, with the losses it carried, and removes it. */
  async drop(entry: SpoolEntry, kind: 'spool-full' | 'decode'): Promise<void> {
    const batch = await this.read(entry).catch(() => null);
    this.losses.addAll(batch?.head.losses ?? []);
    this.losses.add(kind, entry.rows, this.#options.now());
    await this.remove(entry);
  }

  /** Keeps losses that no batch carries yet for the next life. */
  async close(): Promise<void> {
    const state = { ...this.#state, losses: this.losses.list() };
    await replaceDurably(join(this.#options.directory, STATE), Buffer.from(JSON.stringify(state)));
  }

  async #write(files: readonly { entry: SpoolEntry; content: Uint8Array }[], state: SpoolState): Promise<void> {
    const { directory } = this.#options;
    for (const { entry, content } of files) await writeDurably(join(directory, entry.name + PART), content);
    await replaceDurably(join(directory, STATE), Buffer.from(JSON.stringify(state)));
    for (const { entry } of files) await rename(join(directory, entry.name + PART), join(directory, entry.name));
    await syncDirectory(directory);
  }

  /** Half a window on a full disk is of no use, and in the way of the next. */
  async #takeBack(files: readonly { entry: SpoolEntry }[]): Promise<void> {
    const names = [`${STATE}.new`, ...files.flatMap(({ entry }) => [entry.name + PART, entry.name])];
    for (const name of names) await rm(join(this.#options.directory, name), { force: true }).catch(() => {});
  }

  async #makeRoom(bytes: number): Promise<void> {
    let dropped = 0;
    while (this.size.bytes + bytes > this.#options.bytesMax) {
      const oldest = this.#entries.find((entry) => entry !== this.#sending);
      if (!oldest) break;
      await this.drop(oldest, 'spool-full');
      dropped += oldest.rows;
    }
    if (dropped > 0)
      this.#options.log.warn({ rows: dropped }, 'the spool is full: the oldest rows are dropped, and counted');
  }

  async #recover(): Promise<void> {
    const { directory } = this.#options;
    for (const name of (await readdir(directory)).sort()) {
      const file = parseSpoolFileName(name);
      if (!file) continue;
      const isOurs = file.boot === this.#state.boot && file.epoch === this.#state.epoch;
      if (!file.committed && !isOurs) {
        await rm(join(directory, name));
        continue;
      }
      const final = spoolFileName(file);
      if (!file.committed) await rename(join(directory, name), join(directory, final));
      this.#entries.push({ ...file, name: final, bytes: (await stat(join(directory, final))).size });
    }
    if (this.#entries.length > 0) this.#wake();
  }

  #wake(): void {
    this.#added.resolve();
    this.#added = Promise.withResolvers();
  }
}

function fileOf(batch: FlowBatch, { boot, epoch }: WindowCommit): { entry: SpoolEntry; content: Uint8Array } {
  const content = zstdCompressSync(encodeBatch(batch));
  const file = { sequence: batch.head.sequence, boot, epoch, rows: batch.columns.rows };
  return { entry: { ...file, name: spoolFileName(file), bytes: content.length }, content };
}

async function readBatch(path: string): Promise<FlowBatch> {
  return decodeBatch(zstdDecompressSync(await readFile(path), { maxOutputLength: LIMITS.batchBytes }));
}

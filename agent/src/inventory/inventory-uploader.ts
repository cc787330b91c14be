import { createHash } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import type { InventoryUpload } from '@margay/wire';
import { LIMITS } from '@margay/wire';
import { backoffMs } from '../backoff.ts';
import type { Log } from '../log.ts';
import { orAborted, pause } from '../pause.ts';
import type { ConsoleClient } from '../uplink/console-client.ts';
import { bearerOf, type Credential } from '../uplink/credential.ts';
import { WireRefusal } from '../uplink/wire-refusal.ts';
import type { InventorySnapshot } from './inventory-watch.ts';

const QUIET_MS = 2_000;
const BACKOFF = { firstMs: 1_000, mostMs: 60_000 };

export interface InventoryUploaderOptions {
  readonly console: ConsoleClient;
  readonly log: Log;
  readonly version: string;
  readonly kubernetesVersion: () => string;
  readonly snapshot: () => InventorySnapshot;
  readonly credential: (signal: AbortSignal) => Promise<Credential | null>;
  readonly onRefused: (credential: Credential) => void;
  readonly random?: () => number;
}

/** Uploads the inventory whole, at most every 2 s, and only when it differs from what the console has. */
export class InventoryUploader {
  readonly #options: InventoryUploaderOptions;
  #changed = Promise.withResolvers<void>();
  /** Digest of what the console has. */
  #sent = '';

  constructor(options: InventoryUploaderOptions) {
    this.#options = options;
  }

  noteChange(): void {
    this.#changed.resolve();
  }

  /** Runs until `signal` aborts; never throws. */
  async run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      await orAborted(this.#changed.promise, signal);
      await pause(QUIET_MS, signal);
      this.#changed = Promise.withResolvers();
      try {
        await this.#upload(signal);
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        this.noteChange();
        this.#options.log[failures === 0 ? 'warn' : 'debug'](
          { reason: String(error) },
          'the inventory was not taken; will send it again',
        );
        const wishMs = error instanceof WireRefusal ? (error.retryAfterMs ?? 0) : 0;
        await pause(
          Math.max(wishMs, backoffMs(failures++, { ...BACKOFF, random: this.#options.random ?? Math.random })),
          signal,
        );
      }
    }
  }

  async #upload(signal: AbortSignal): Promise<void> {
    const { version, kubernetesVersion, snapshot, log } = this.#options;
    const about = { agentVersion: version, kubernetesVersion: kubernetesVersion(), ...snapshot() };
    const digest = createHash('sha256').update(JSON.stringify(about)).digest('hex');
    if (digest === this.#sent) return;
    const credential = await this.#options.credential(signal);
    if (!credential) return;
    const upload: InventoryUpload = { sentAtMs: Date.now(), ...about };
    const body = zstdCompressSync(JSON.stringify(upload));
    if (body.length > LIMITS.inventoryCompressedBytes) {
      log.error({ bytes: body.length }, 'the inventory is larger than a console takes: it is not sent');
      return;
    }
    try {
      await this.#options.console.post({
        path: '/api/agent/inventory',
        bearer: bearerOf(credential),
        contentType: 'application/zstd',
        body,
        signal,
      });
    } catch (error) {
      if (error instanceof WireRefusal && error.status === 401) this.#options.onRefused(credential);
      throw error;
    }
    this.#sent = digest;
    log.info(
      { bytes: body.length, pods: about.inventory.pods.length, problems: about.problems.length },
      'inventory sent',
    );
  }
}

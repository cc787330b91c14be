import { randomUUID } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import type { BatchHead } from '@margay/wire';
import { encodeBatch, FlowAck, type FlowBatch, FlowColumnsBuilder } from '@margay/wire';
import { backoffMs } from '../backoff.ts';
import type { Log } from '../log.ts';
import { orAborted, pause } from '../pause.ts';
import type { ConsoleAnswer, ConsoleClient } from './console-client.ts';
import { bearerOf, type Credential } from './credential.ts';
import type { CredentialSource } from './credential-source.ts';
import { KnownPeers } from './known-peers.ts';
import { RefusedRows } from './refused-rows.ts';
import { Salts } from './salts.ts';
import type { Spool, SpoolEntry } from './spool.ts';
import { WireRefusal } from './wire-refusal.ts';

const BACKOFF = { firstMs: 500, mostMs: 30_000 };

export interface SenderOptions {
  readonly console: ConsoleClient;
  readonly credentials: Pick<CredentialSource, 'get' | 'refused'>;
  readonly spool: Spool;
  readonly log: Log;
  readonly now: () => number;
  readonly random?: () => number;
  /** Someone watches: flush this often until then (this machine's clock). */
  readonly onLease: (lease: { flushMs: number; untilMs: number }) => void;
}

/** Sends spooled batches, oldest first and one at a time, until each is acknowledged or refused for good. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #known = new KnownPeers();
  readonly #salts = new Salts();
  #failures = 0;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** Runs until `signal` aborts; never throws. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const entry = this.#options.spool.take();
      if (entry) await this.#handle(entry, signal);
      else await orAborted(this.#options.spool.added(), signal);
    }
  }

  /** Sends what is there, once each, until it is empty, something fails or `signal` aborts. */
  async drain(signal: AbortSignal): Promise<void> {
    for (let entry = this.#options.spool.take(); entry && !signal.aborted; entry = this.#options.spool.take()) {
      await this.#handle(entry, signal);
      if (this.#failures > 0) return;
    }
  }

  async #handle(entry: SpoolEntry, signal: AbortSignal): Promise<void> {
    const { spool, log } = this.#options;
    const batch = await spool.read(entry).catch((error) => {
      log.error({ err: error, batch: entry.name }, 'a spooled batch cannot be read: it is dropped, and counted');
      return null;
    });
    if (!batch) return spool.drop(entry, 'decode');
    const credential = await this.#options.credentials.get(signal);
    if (!credential) return;
    try {
      await this.#send(batch, credential, signal);
      await spool.remove(entry);
      this.#failures = 0;
    } catch (error) {
      if (!signal.aborted) await this.#failed(error, entry, credential, signal);
    }
  }

  /** Resolves when each part of the batch is acknowledged. What was refused is counted only then: until then all of it may be sent again. */
  async #send(batch: FlowBatch, credential: Credential, signal: AbortSignal): Promise<void> {
    const sent = new Set<string>();
    const refused = new RefusedRows();
    for (;;) {
      const part = this.#salts.partsOf(batch).find(({ head }) => !sent.has(head.id));
      if (!part) break;
      const ack = await this.#sendPart(part, credential, signal);
      sent.add(part.head.id);
      refused.add(ack.refused);
      if (!this.#salts.raise(part.head.peers, ack.resalt ?? [])) continue;
      const left = this.#salts.partsOf(batch).find(({ head }) => head.id === part.head.id);
      refused.takeBack(part.columns.rows - (left?.columns.rows ?? 0));
      this.#options.log.warn(
        { ids: ack.resalt },
        'ids that stand for other peers here are re-salted; their rows go again',
      );
    }
    for (const [kind, rows] of refused.losses) this.#options.spool.losses.add(kind, rows, this.#options.now());
  }

  async #sendPart(part: FlowBatch, credential: Credential, signal: AbortSignal): Promise<FlowAck> {
    const peers = part.head.peers.filter(({ id }) => !this.#known.has(id));
    const ack = await this.#post({ ...part, head: { ...part.head, peers } }, credential, signal);
    this.#known.add(part.head.peers.map(({ id }) => id));
    this.#known.remove([...ack.unknownPeers, ...(ack.resalt ?? [])]);
    if (ack.quota) this.#options.log.warn({ rows: ack.quota.rows }, ack.quota.message);
    const missing = part.head.peers.filter(({ id }) => ack.unknownPeers.includes(id));
    if (missing.length > 0) await this.#sendPeers(part.head, missing, credential, signal);
    return ack;
  }

  /** The rows are counted already; definitions follow in a batch without rows, at once rather than with the next window. */
  async #sendPeers(
    of: BatchHead,
    peers: BatchHead['peers'],
    credential: Credential,
    signal: AbortSignal,
  ): Promise<void> {
    const { columns, addressSets } = new FlowColumnsBuilder(16).take();
    const head = { ...of, id: randomUUID(), rows: 0, losses: [], peers, addressSets };
    try {
      await this.#post({ head, columns }, credential, signal);
      this.#known.add(peers.map(({ id }) => id));
    } catch (error) {
      this.#options.log.debug({ err: error }, 'definitions of peers go with a later batch');
    }
  }

  async #post(batch: FlowBatch, credential: Credential, signal: AbortSignal): Promise<FlowAck> {
    const head = { ...batch.head, sentAtMs: this.#options.now() };
    const answer = await this.#options.console.post({
      path: '/api/agent/flows',
      bearer: bearerOf(credential),
      contentType: 'application/zstd',
      body: zstdCompressSync(encodeBatch({ ...batch, head })),
      signal,
    });
    const ack = FlowAck.parse(answer.json);
    this.#grant(ack, answer);
    return ack;
  }

  #grant({ lease }: FlowAck, answer: ConsoleAnswer): void {
    if (lease) this.#options.onLease({ flushMs: lease.flushMs, untilMs: lease.untilMs - answer.clockAheadMs });
  }

  async #failed(error: unknown, entry: SpoolEntry, credential: Credential, signal: AbortSignal): Promise<void> {
    const { spool, log, random = Math.random } = this.#options;
    const refusal = error instanceof WireRefusal ? error : null;
    if (refusal && !refusal.retryable) {
      log.error(
        { reason: refusal.message, rows: entry.rows },
        'the console refused a batch for good: it is dropped, and counted',
      );
      await spool.drop(entry, 'decode');
      return;
    }
    if (refusal?.status === 401) this.#options.credentials.refused(credential);
    const waitMs = Math.max(refusal?.retryAfterMs ?? 0, backoffMs(this.#failures, { ...BACKOFF, random }));
    const level = this.#failures === 0 ? 'warn' : 'debug';
    log[level]({ reason: String(error), waitMs: Math.round(waitMs) }, 'flows wait on disk; will send them again');
    this.#failures += 1;
    await pause(waitMs, signal);
  }
}

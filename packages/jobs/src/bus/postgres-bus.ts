import pg from 'pg';
import { type Bus, KEY_MAX, type Subscription, TOPICS, type Topic } from './bus.ts';
import { Coalescer } from './coalescer.ts';
import { FanOut } from './fan-out.ts';

const CHANNEL = 'margay_';
const RETRY_MS = [100, 500, 1_000, 3_000, 5_000];
/** What is published while the connection is down is kept, each once. */
const OUTBOX_MAX = 10_000;

export interface PostgresBusOptions {
  readonly databaseUrl: string;
  readonly onError: (error: Error) => void;
}

/** The bus on LISTEN/NOTIFY: one session of its own, which listens and notifies, and is made again when lost. */
export class PostgresBus implements Bus {
  readonly #options: PostgresBusOptions;
  readonly #fanOut: FanOut;
  readonly #coalescer = new Coalescer((id) => this.#send(id));
  readonly #outbox = new Set<string>();
  #client: pg.Client | null = null;
  #first: Promise<void>;
  #closed = false;
  #sending: Promise<unknown> = Promise.resolve();

  constructor(options: PostgresBusOptions) {
    this.#options = options;
    this.#fanOut = new FanOut(options.onError);
    this.#first = this.#connect(0);
  }

  publish(topic: Topic, key: string): void {
    if (key.length <= KEY_MAX) this.#coalescer.push(`${topic} ${key}`);
  }

  subscribe(topic: Topic, subscription: Subscription): () => void {
    return this.#fanOut.add(topic, subscription);
  }

  ready(): Promise<void> {
    return this.#first;
  }

  async close(): Promise<void> {
    this.#coalescer.flush();
    await this.#sending;
    this.#closed = true;
    await this.#client?.end().catch(() => undefined);
  }

  #send(id: string): void {
    this.#outbox.delete(id);
    if (this.#outbox.size < OUTBOX_MAX) this.#outbox.add(id);
    this.#sending = this.#sending.then(() => this.#drain());
  }

  async #drain(): Promise<void> {
    const client = this.#client;
    if (!client || this.#outbox.size === 0) return;
    const ids = [...this.#outbox];
    this.#outbox.clear();
    const channels = ids.map((id) => CHANNEL + id.slice(0, id.indexOf(' ')));
    const keys = ids.map((id) => id.slice(id.indexOf(' ') + 1));
    await client
      .query('SELECT pg_notify(channel, key) FROM unnest($1::text[], $2::text[]) n (channel, key)', [channels, keys])
      .catch((error: Error) => {
        for (const id of ids) this.#outbox.add(id);
        this.#options.onError(error);
      });
  }

  async #connect(attempt: number): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#options.databaseUrl,
      application_name: 'margay-bus',
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      connectionTimeoutMillis: 10_000,
    });
    let lost = false;
    const onLost = (error?: Error) => {
      if (lost || this.#closed) return;
      lost = true;
      if (error) this.#options.onError(error);
      if (this.#client !== client) return;
      this.#client = null;
      void this.#connect(1);
    };
    client.on('error', onLost);
    client.on('end', () => onLost());
    client.on('notification', ({ channel, payload }) => {
      this.#fanOut.message(channel.slice(CHANNEL.length), payload ?? '');
    });
    try {
      await client.connect();
      for (const topic of TOPICS) await client.query(`LISTEN ${CHANNEL}${topic}`);
      if (lost) throw new Error('the connection ended while it was opened');
    } catch (error) {
      lost = true;
      await client.end().catch(() => undefined);
      if (this.#closed) return;
      this.#options.onError(error as Error);
      const pauseMs = RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] ?? 5_000;
      await new Promise((resolve) => setTimeout(resolve, pauseMs * (0.5 + Math.random())).unref());
      return await this.#connect(attempt + 1);
    }
    if (this.#closed) return void (await client.end());
    this.#client = client;
    if (attempt > 0) this.#fanOut.gap();
    this.#sending = this.#sending.then(() => this.#drain());
  }
}

import { Redis } from 'ioredis';
import { type Bus, KEY_MAX, type Subscription, TOPICS, type Topic } from './bus.ts';
import { Coalescer } from './coalescer.ts';
import { FanOut } from './fan-out.ts';

export interface RedisBusOptions {
  readonly redisUrl: string;
  readonly prefix?: string;
  readonly onError: (error: Error) => void;
}

/** The bus on Redis pub/sub. A subscriber's connection can do nothing else, hence two. */
export class RedisBus implements Bus {
  readonly #publisher: Redis;
  readonly #subscriber: Redis;
  readonly #fanOut: FanOut;
  readonly #coalescer: Coalescer;
  readonly #first: Promise<void>;

  constructor({ redisUrl, prefix = 'margay', onError }: RedisBusOptions) {
    const channel = `${prefix}:bus:`;
    this.#fanOut = new FanOut(onError);
    // Commands wait in memory while the connection is down; ioredis bounds nothing, the coalescer does.
    this.#publisher = new Redis(redisUrl, { maxRetriesPerRequest: null, lazyConnect: true });
    this.#subscriber = new Redis(redisUrl, { maxRetriesPerRequest: null, lazyConnect: true, autoResubscribe: true });
    for (const client of [this.#publisher, this.#subscriber]) client.on('error', onError);
    this.#coalescer = new Coalescer((id) => {
      const space = id.indexOf(' ');
      this.#publisher.publish(channel + id.slice(0, space), id.slice(space + 1)).catch(onError);
    });
    this.#subscriber.on('message', (name: string, key: string) =>
      this.#fanOut.message(name.slice(channel.length), key),
    );
    this.#first = this.#open(TOPICS.map((topic) => channel + topic));
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
    await this.#first.catch(() => undefined);
    await this.#publisher.quit().catch(() => undefined);
    this.#subscriber.disconnect();
  }

  async #open(channels: string[]): Promise<void> {
    // A refused first attempt is tried again by ioredis itself.
    for (const client of [this.#publisher, this.#subscriber]) client.connect().catch(() => undefined);
    await this.#subscriber.subscribe(...channels);
    this.#subscriber.on('ready', () => this.#fanOut.gap());
  }
}

import type { IncomingMessage } from 'node:http';
import type { Resource } from '../kube-api/resources.ts';
import { apiVersionOf } from '../kube-api/resources.ts';
import { type KubeClient, KubeError, pathOf } from './client.ts';
import { isRecord, type KubeObject, keyOf, valueAt } from './objects.ts';

const RETRY_MS = 500;

/** A cache of one kind, kept by list and watch; lists again when the server says the version is too old, or anything breaks. */
export class Informer<T extends KubeObject> {
  readonly #client: KubeClient;
  readonly #resource: Resource;
  readonly #objects = new Map<string, T>();
  readonly #listeners = new Set<() => void>();
  /** Answers to writes can arrive after the watch said that the object is gone. */
  readonly #gone = new Set<string>();
  #stream: IncomingMessage | undefined;
  #stopped = false;
  #wake = () => {};
  #fault: unknown;
  readonly synced: Promise<void>;
  #markSynced = () => {};

  constructor(client: KubeClient, resource: Resource) {
    this.#client = client;
    this.#resource = resource;
    this.synced = new Promise((resolve) => {
      this.#markSynced = resolve;
    });
  }

  start(): this {
    void this.#run();
    return this;
  }

  /** What last went wrong, for the message of whoever waits in vain. */
  get fault(): unknown {
    return this.#fault;
  }

  all(): T[] {
    return [...this.#objects.values()];
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  /** Called after every change, without saying which: listeners look at the whole. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** An object that the caller just wrote, so that it reads its own writes; older than what is known is ignored. */
  observe(object: T): void {
    if (this.#gone.has(object.metadata.uid ?? '')) return;
    const known = this.#objects.get(keyOf(object));
    if (known && Number(known.metadata.resourceVersion) > Number(object.metadata.resourceVersion)) return;
    this.#objects.set(keyOf(object), object);
  }

  stop(): void {
    this.#stopped = true;
    this.#stream?.destroy();
    this.#wake();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        let version = await this.#list();
        this.#markSynced();
        this.#notify();
        while (!this.#stopped) version = await this.#watch(version);
      } catch (error) {
        if (this.#stopped) return;
        this.#fault = error;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
          setTimeout(resolve, RETRY_MS);
        });
      }
    }
  }

  async #list(): Promise<string> {
    const { items, resourceVersion } = await this.#client.list<T>(this.#resource);
    this.#objects.clear();
    for (const item of items) this.#objects.set(keyOf(item), item);
    return resourceVersion;
  }

  async #watch(from: string): Promise<string> {
    let version = from;
    const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${from}`;
    const stream = await this.#client.open('GET', `${pathOf(this.#resource)}?${query}`);
    this.#stream = stream;
    if (stream.statusCode !== 200) {
      stream.resume();
      throw new KubeError(`watch ${this.#resource.plural}`, { status: stream.statusCode ?? 0, body: undefined });
    }
    for await (const event of eventsOf(stream)) version = this.#take(event, version);
    return version;
  }

  #take(event: Record<string, unknown>, version: string): string {
    if (event.type === 'ERROR')
      throw new KubeError(`watch ${this.#resource.plural}`, {
        status: Number(valueAt(event.object, 'code') ?? 500),
        body: event.object,
      });
    const object = event.object as T;
    if (event.type === 'DELETED') this.#forget(object);
    else if (event.type !== 'BOOKMARK')
      this.observe({ ...object, apiVersion: apiVersionOf(this.#resource), kind: this.#resource.kind });
    if (event.type !== 'BOOKMARK') this.#notify();
    return object.metadata.resourceVersion ?? version;
  }

  #forget(object: T): void {
    const known = this.#objects.get(keyOf(object));
    this.#gone.add(object.metadata.uid ?? '');
    // The same name can have come back meanwhile.
    if (known && known.metadata.uid === object.metadata.uid) this.#objects.delete(keyOf(object));
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

async function* eventsOf(stream: IncomingMessage): AsyncGenerator<Record<string, unknown>> {
  let rest = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const event: unknown = JSON.parse(line);
      if (isRecord(event)) yield event;
    }
  }
}

import { checkText } from '@margay/wire';
import { z } from 'zod';

const Named = z.object({
  metadata: z.object({
    name: z.string().min(1),
    namespace: z.string().optional(),
    resourceVersion: z.string().optional(),
  }),
});

export interface Change<T> {
  readonly key: string;
  readonly previous: T | null;
  readonly value: T | null;
}

export interface ObjectStoreOptions<T> {
  readonly parse: (object: unknown) => T;
  readonly onChanges: (changes: readonly Change<T>[]) => void;
  readonly onRejected: (key: string, reason: string) => void;
}

/**
 * What `parse` kept of each object, by `namespace/name`. Changes are told in one call a turn of the event loop, a key at most once
 * with its last state. An object that does not parse counts as absent, and is remembered as rejected until it changes or goes.
 */
export class ObjectStore<T> {
  readonly #options: ObjectStoreOptions<T>;
  readonly #objects = new Map<string, { readonly version: string; readonly value: T }>();
  readonly #rejected = new Map<string, string>();
  #pending = new Map<string, T | null>();
  #scheduled: NodeJS.Immediate | null = null;

  constructor(options: ObjectStoreOptions<T>) {
    this.#options = options;
  }

  get size(): number {
    return this.#objects.size;
  }

  *values(): IterableIterator<T> {
    for (const { value } of this.#objects.values()) yield value;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key)?.value;
  }

  /** Objects left out because they are not valid: key → reason. */
  rejected(): ReadonlyMap<string, string> {
    return this.#rejected;
  }

  /** @returns the object's key, or null when it has no name. */
  upsert(object: unknown): string | null {
    const named = keyOf(object);
    if (named === null) return null;
    const known = this.#objects.get(named.key);
    if (known && known.version === named.version && named.version !== '') return named.key;
    try {
      const value = this.#options.parse(object);
      // One name that no database takes would make the console refuse all that is sent with it.
      checkText(JSON.stringify(value), value);
      this.#rejected.delete(named.key);
      this.#note(named.key);
      this.#objects.set(named.key, { version: named.version, value });
    } catch (error) {
      const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
      if (this.#rejected.get(named.key) !== reason) this.#options.onRejected(named.key, reason);
      this.#delete(named.key);
      this.#rejected.set(named.key, reason);
    }
    return named.key;
  }

  remove(object: unknown): void {
    const named = keyOf(object);
    if (named) this.#delete(named.key);
  }

  /** After a complete list: what it did not show is gone. */
  retain(keys: ReadonlySet<string>): void {
    for (const key of [...this.#objects.keys(), ...this.#rejected.keys()]) if (!keys.has(key)) this.#delete(key);
  }

  /** Tells pending changes now. */
  flush(): void {
    if (this.#scheduled) clearImmediate(this.#scheduled);
    this.#scheduled = null;
    const changes: Change<T>[] = [];
    for (const [key, previous] of this.#pending) {
      const value = this.get(key) ?? null;
      if (value !== null || previous !== null) changes.push({ key, previous, value });
    }
    this.#pending = new Map();
    if (changes.length > 0) this.#options.onChanges(changes);
  }

  #delete(key: string): void {
    this.#rejected.delete(key);
    if (!this.#objects.has(key)) return;
    this.#note(key);
    this.#objects.delete(key);
  }

  /** Keeps what `key` was before the first change of this turn. */
  #note(key: string): void {
    if (!this.#pending.has(key)) this.#pending.set(key, this.get(key) ?? null);
    this.#scheduled ??= setImmediate(() => this.flush());
  }
}

function keyOf(object: unknown): { key: string; version: string } | null {
  const parsed = Named.safeParse(object);
  if (!parsed.success) return null;
  const { name, namespace, resourceVersion } = parsed.data.metadata;
  return { key: namespace === undefined ? name : `${namespace}/${name}`, version: resourceVersion ?? '' };
}

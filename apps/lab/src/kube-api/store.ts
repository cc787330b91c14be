import { isDeepStrictEqual } from 'node:util';
import { type KubeObject, keyOf } from '../kube/objects.ts';
import { expired } from './api-error.ts';
import { qualifiedName, type Resource } from './resources.ts';

/** A change: `previous` lets a watch with a selector tell "no longer matches" from "changed". */
export interface Change {
  readonly revision: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubeObject;
  readonly previous: KubeObject | undefined;
}

type Listener = (change: Change) => void;

interface Table {
  readonly objects: Map<string, KubeObject>;
  readonly log: Change[];
  readonly listeners: Set<Listener>;
  /** Watches may begin at this revision or later. */
  floor: number;
}

/** As etcd and the watch cache keep it: objects by key, one revision counter over all kinds, and a bounded log of changes per kind. Objects that went in or came out are never changed in place. */
export class ObjectStore {
  // A real API server has written its own objects before the first client comes, so revision 1 is always too old.
  #revision = 100;
  readonly #tables = new Map<string, Table>();
  readonly #logLength: number;

  constructor(logLength = 5_000) {
    this.#logLength = logLength;
  }

  get revision(): number {
    return this.#revision;
  }

  get(resource: Resource, key: string): KubeObject | undefined {
    return this.#table(resource).objects.get(key);
  }

  /** In key order, as etcd returns them; `namespace` undefined: of all namespaces. */
  list(resource: Resource, namespace?: string): KubeObject[] {
    const objects = [...this.#table(resource).objects.values()];
    const inScope = namespace === undefined ? objects : objects.filter((o) => o.metadata.namespace === namespace);
    return inScope.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  }

  /** Writes an object under its key. A write that changes nothing keeps the revision, as on a real server. */
  put(resource: Resource, object: KubeObject): KubeObject {
    const table = this.#table(resource);
    const key = keyOf(object);
    const previous = table.objects.get(key);
    if (previous && isDeepStrictEqual(withoutVersion(previous), withoutVersion(object))) return previous;
    const revision = ++this.#revision;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
    table.objects.set(key, stored);
    this.#announce(table, { revision, type: previous ? 'MODIFIED' : 'ADDED', object: stored, previous });
    return stored;
  }

  remove(resource: Resource, key: string): KubeObject | undefined {
    const table = this.#table(resource);
    const previous = table.objects.get(key);
    if (!previous) return undefined;
    table.objects.delete(key);
    const revision = ++this.#revision;
    const object = { ...previous, metadata: { ...previous.metadata, resourceVersion: String(revision) } };
    this.#announce(table, { revision, type: 'DELETED', object, previous });
    return object;
  }

  /**
   * Calls `listener` for every change after `revision`, those that already happened first.
   *
   * @returns a function that ends it.
   * @throws ApiError 410 when the log no longer reaches back that far.
   */
  follow(resource: Resource, revision: number, listener: Listener): () => void {
    const table = this.#table(resource);
    if (revision < table.floor) throw expired(`too old resource version: ${revision} (${table.floor})`);
    for (const change of table.log) if (change.revision > revision) listener(change);
    table.listeners.add(listener);
    return () => table.listeners.delete(listener);
  }

  #announce(table: Table, change: Change): void {
    table.log.push(change);
    if (table.log.length > this.#logLength) table.floor = table.log.shift()?.revision ?? table.floor;
    for (const listener of table.listeners) listener(change);
  }

  #table(resource: Resource): Table {
    const name = qualifiedName(resource);
    const existing = this.#tables.get(name);
    if (existing) return existing;
    const table: Table = { objects: new Map(), log: [], listeners: new Set(), floor: 100 };
    this.#tables.set(name, table);
    return table;
  }
}

function withoutVersion(object: KubeObject): unknown {
  const { resourceVersion: _, managedFields: __, ...metadata } = object.metadata;
  return { ...object, metadata };
}

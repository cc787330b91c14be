import { MargayError } from '@margay/model';
import { z } from 'zod';
import { backoffMs } from '../backoff.ts';
import type { Log } from '../log.ts';
import { pause } from '../pause.ts';
import type { KubeClient } from './client.ts';
import { KubeError } from './kube-error.ts';
import { listPages } from './list-pages.ts';
import { type Change, ObjectStore } from './object-store.ts';
import { watchFrom } from './watch-from.ts';

const BACKOFF = { firstMs: 500, mostMs: 30_000 };
/** Between two watches, so that a server that ends each at once is not run over. */
const PAUSE_MS_MAX = 200;

/** One kind of object and what is kept of it. `parse` gets the raw object and throws if it cannot be used. */
export interface Resource<T> {
  /** As in RBAC and in messages to people: `pods`, `networkpolicies.networking.k8s.io`. */
  readonly name: string;
  readonly path: string;
  readonly parse: (object: unknown) => T;
}

export type InformerState =
  | { readonly kind: 'starting' | 'synced' }
  | { readonly kind: 'forbidden' | 'unavailable' | 'missing'; readonly message: string };

export interface InformerOptions<T> {
  readonly client: KubeClient;
  readonly resource: Resource<T>;
  readonly log: Log;
  readonly onChanges?: (changes: readonly Change<T>[]) => void;
  /** When {@link Informer.state} changed. */
  readonly onState?: () => void;
  readonly random?: () => number;
}

/** A list kept current by watching it. Objects are stripped by `parse` as they arrive; the raw ones are never held. */
export interface Informer<T> {
  readonly resource: Resource<T>;
  readonly store: ObjectStore<T>;
  state(): InformerState;
  /** Whether a complete list was ever read: what the store holds may be old, and is not guessed. */
  hasSynced(): boolean;
  /** After the first complete list. */
  readonly synced: Promise<void>;
  /** After the first complete list or the first failure: then it is known what can be had now. */
  readonly settled: Promise<void>;
  stop(): Promise<void>;
}

/** An informer of whatever kind. */
export type AnyInformer = Pick<Informer<unknown>, 'state' | 'hasSynced' | 'synced' | 'settled' | 'stop'> & {
  readonly resource: Pick<Resource<unknown>, 'name'>;
  readonly store: Pick<ObjectStore<unknown>, 'size' | 'rejected'>;
};

/**
 * Lists in pages, then watches from the list's version, for ever. A watch that ends goes on from the last version seen (bookmarks
 * move it), an expired version (410) lists again, a failure is tried again with back-off and jitter.
 */
export function startInformer<T>(options: InformerOptions<T>): Informer<T> {
  const { client, resource, log, random = Math.random } = options;
  const stopping = new AbortController();
  const synced = Promise.withResolvers<void>();
  const settled = Promise.withResolvers<void>();
  let state: InformerState = { kind: 'starting' };
  let everSynced = false;
  const store = new ObjectStore<T>({
    parse: resource.parse,
    onChanges: options.onChanges ?? (() => {}),
    onRejected: (key, reason) =>
      log.warn({ resource: resource.name, key, reason }, 'left out an object that is not valid'),
  });

  const enter = (next: InformerState) => {
    const changed = next.kind !== state.kind;
    state = next;
    if (next.kind === 'synced') {
      everSynced = true;
      synced.resolve();
    }
    settled.resolve();
    if (changed) options.onState?.();
  };

  const list = async () => {
    const keys = new Set<string>();
    const version = await listPages(client, resource.path, (o) => keys.add(store.upsert(o) ?? ''), stopping.signal);
    store.retain(keys);
    store.flush();
    enter({ kind: 'synced' });
    return version;
  };

  const watch = (from: string, onVersion: (version: string) => void) =>
    watchFrom({
      client,
      path: resource.path,
      version: from,
      random,
      signal: stopping.signal,
      onOpen: () => enter({ kind: 'synced' }),
      onVersion,
      onEvent: ({ type, object }) => (type === 'DELETED' ? store.remove(object) : store.upsert(object)),
    });

  const run = async () => {
    let version: string | null = null;
    let failures = 0;
    while (!stopping.signal.aborted) {
      try {
        version ??= await list();
        await watch(version, (next) => {
          version = next;
          failures = 0;
        });
        failures = 0;
        await pause(PAUSE_MS_MAX * random(), stopping.signal);
      } catch (error) {
        if (stopping.signal.aborted) return;
        if (mustListAgain(error)) version = null;
        if (!isExpired(error)) enter(problemOf(error));
        log.debug({ resource: resource.name, err: error }, 'will list or watch again');
        await pause(backoffMs(failures++, { ...BACKOFF, random }), stopping.signal);
      }
    }
  };

  const running = run();
  return {
    resource,
    store,
    state: () => state,
    hasSynced: () => everSynced,
    synced: synced.promise,
    settled: settled.promise,
    stop: () => {
      stopping.abort();
      return running;
    },
  };
}

const isExpired = (error: unknown) => error instanceof KubeError && error.status === 410;

/** A lost connection goes on from the version it had. Anything that may have hidden an event does not; nor does a forbidden watch, which leaves listing as the way to stay current. */
function mustListAgain(error: unknown): boolean {
  if (error instanceof KubeError) return error.status === 410 || error.status === 403 || error.status === 400;
  return error instanceof z.ZodError || (error instanceof MargayError && error.code !== 'UNAVAILABLE');
}

function problemOf(error: unknown): InformerState {
  const message = error instanceof Error ? error.message : String(error);
  const status = error instanceof KubeError ? error.status : 0;
  if (status === 401 || status === 403) return { kind: 'forbidden', message };
  return { kind: status === 404 ? 'missing' : 'unavailable', message };
}

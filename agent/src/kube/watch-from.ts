import { MargayError } from '@margay/model';
import { z } from 'zod';
import type { KubeClient } from './client.ts';
import { kubeErrorOfStatus } from './kube-error.ts';
import { type WatchEvent, watchEvents } from './watch-events.ts';

/** The server ends a watch after this long; each one a bit differently, so that a fleet's watches spread out. */
const WATCH_SECONDS = 240;
/** kube-apiserver sends a bookmark about once a minute: longer silence means a connection that died without a word. */
const SILENCE_MS_MAX = 150_000;

const Versioned = z.object({ metadata: z.object({ resourceVersion: z.string() }) });

export interface WatchOptions {
  readonly client: KubeClient;
  readonly path: string;
  readonly version: string;
  /** The server took the watch. */
  readonly onOpen: () => void;
  readonly onEvent: (event: WatchEvent & { type: 'ADDED' | 'MODIFIED' | 'DELETED' }) => void;
  /** After each event and bookmark: where to go on from. */
  readonly onVersion: (version: string) => void;
  readonly signal: AbortSignal;
  readonly random: () => number;
}

/**
 * One watch, until the server ends it. @throws KubeError 410 when `version` is too old to go on from; MargayError UNAVAILABLE
 * when the server falls silent; whatever {@link KubeClient.stream} throws.
 */
export async function watchFrom(options: WatchOptions): Promise<void> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), SILENCE_MS_MAX);
  try {
    const query = {
      watch: '1',
      resourceVersion: options.version,
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(Math.round(WATCH_SECONDS * (1 + 0.5 * options.random()))),
    };
    const signal = AbortSignal.any([options.signal, silence.signal]);
    const body = await options.client.stream(options.path, { query, signal });
    options.onOpen();
    for await (const event of watchEvents(body)) {
      timer.refresh();
      if (event.type === 'ERROR') throw kubeErrorOfStatus(`watch ${options.path}`, event.object);
      if (event.type !== 'BOOKMARK') options.onEvent({ ...event, type: event.type });
      options.onVersion(Versioned.parse(event.object).metadata.resourceVersion);
    }
  } catch (error) {
    if (silence.signal.aborted)
      throw new MargayError('UNAVAILABLE', `watch ${options.path}: the API server fell silent`);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

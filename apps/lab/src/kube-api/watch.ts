import type { ServerResponse } from 'node:http';
import { isRecord, type KubeObject, type WatchType } from '../kube/objects.ts';
import { ApiError, badRequest } from './api-error.ts';
import { apiVersionOf, type Resource } from './resources.ts';
import type { Matcher } from './selectors.ts';
import type { Change, ObjectStore } from './store.ts';

export interface WatchRequest {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly matches: Matcher;
  readonly query: URLSearchParams;
}

const BOOKMARK_INTERVAL_MS = 15_000;
const DEFAULT_TIMEOUT_SECONDS = 1_800;

/** Streams changes as lines of JSON until the client goes or `timeoutSeconds` pass. Without a resourceVersion, or with "0", existing objects come first as ADDED. */
export function serveWatch(store: ObjectStore, request: WatchRequest, response: ServerResponse): void {
  const { query } = request;
  const version = query.get('resourceVersion') ?? '';
  if (version !== '' && !/^\d+$/.test(version)) throw badRequest(`invalid resource version: ${version}`);
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  const send = (type: WatchType, object: unknown) => response.write(`${JSON.stringify({ type, object })}\n`);

  const beginsWithState = version === '' || version === '0' || query.get('sendInitialEvents') === 'true';
  const from = beginsWithState ? store.revision : Number(version);
  if (beginsWithState) {
    for (const object of store.list(request.resource, request.namespace))
      if (request.matches(object)) send('ADDED', object);
    if (query.get('sendInitialEvents') === 'true') send('BOOKMARK', bookmark(request.resource, from, true));
  }
  let unfollow = () => {};
  try {
    unfollow = store.follow(request.resource, from, (change) => {
      const event = eventFor(request, change);
      if (event) send(event.type, event.object);
    });
  } catch (error) {
    // A watch that began answers errors as an event, not as a status: the headers are out.
    if (!(error instanceof ApiError)) throw error;
    send('ERROR', error.toStatus());
    response.end();
    return;
  }
  const wantsBookmarks = query.get('allowWatchBookmarks') === 'true';
  const sendBookmark = () => send('BOOKMARK', bookmark(request.resource, store.revision, false));
  const bookmarks = wantsBookmarks ? setInterval(sendBookmark, BOOKMARK_INTERVAL_MS) : undefined;
  const seconds = Number(query.get('timeoutSeconds') || DEFAULT_TIMEOUT_SECONDS);
  const timeout = setTimeout(() => {
    if (wantsBookmarks) sendBookmark();
    response.end();
  }, seconds * 1000);
  response.on('close', () => {
    unfollow();
    clearInterval(bookmarks);
    clearTimeout(timeout);
  });
}

/** A change as a watcher with this scope and selector sees it; undefined: it does not. */
export function eventFor(
  request: Pick<WatchRequest, 'namespace' | 'matches'>,
  change: Change,
): { type: WatchType; object: KubeObject } | undefined {
  if (request.namespace !== undefined && change.object.metadata.namespace !== request.namespace) return undefined;
  const before = change.previous !== undefined && request.matches(change.previous);
  const now = change.type !== 'DELETED' && request.matches(change.object);
  if (now) return { type: before ? 'MODIFIED' : 'ADDED', object: change.object };
  if (!before) return undefined;
  // The last state that matched, at the revision of the change.
  const { resourceVersion } = change.object.metadata;
  const last = change.previous ?? change.object;
  return { type: 'DELETED', object: { ...last, metadata: { ...last.metadata, resourceVersion } } };
}

function bookmark(resource: Resource, revision: number, isInitialEnd: boolean): Record<string, unknown> {
  const annotations = isInitialEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
  const metadata = { resourceVersion: String(revision), creationTimestamp: null, ...annotations };
  const object = { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata };
  return isRecord(object) ? object : {};
}

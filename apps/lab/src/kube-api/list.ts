import type { KubeObject } from '../kube/objects.ts';
import { keyOf } from '../kube/objects.ts';
import { badRequest, expired } from './api-error.ts';
import { apiVersionOf, type Resource } from './resources.ts';
import { matcherOf } from './selectors.ts';
import type { ObjectStore } from './store.ts';

interface Position {
  readonly revision: number;
  readonly after: string;
}

/** A list, or one page of it. Items carry no kind of their own, as those of a real server. @throws ApiError 400, 410 */
export function listObjects(
  store: ObjectStore,
  resource: Resource,
  namespace: string | undefined,
  query: URLSearchParams,
): Record<string, unknown> {
  const version = query.get('resourceVersion') ?? '';
  if (version !== '' && !/^\d+$/.test(version)) throw badRequest(`invalid resource version: ${version}`);
  const position = readPosition(query.get('continue'));
  const matches = matcherOf(query, resource);
  const all = store.list(resource, namespace).filter(matches);
  const rest = position ? all.filter((object) => keyOf(object) > position.after) : all;
  const limit = Number(query.get('limit') ?? 0);
  const page = limit > 0 ? rest.slice(0, limit) : rest;
  const revision = position?.revision ?? store.revision;
  const last = page.at(-1);
  const more = rest.length - page.length;
  return {
    kind: `${resource.kind}List`,
    apiVersion: apiVersionOf(resource),
    metadata: {
      resourceVersion: String(revision),
      ...(more > 0 && last
        ? { continue: writePosition({ revision, after: keyOf(last) }), remainingItemCount: more }
        : {}),
    },
    items: page.map(withoutType),
  };
}

function withoutType(object: KubeObject): Record<string, unknown> {
  const { apiVersion: _, kind: __, ...rest } = object;
  return rest;
}

const writePosition = (position: Position) => Buffer.from(JSON.stringify(position)).toString('base64url');

function readPosition(token: string | null): Position | undefined {
  if (!token) return undefined;
  try {
    const value = JSON.parse(Buffer.from(token, 'base64url').toString()) as Position;
    if (typeof value.revision === 'number' && typeof value.after === 'string') return value;
  } catch {
    // Falls through: not ours.
  }
  throw expired('The provided continue parameter is too old or not valid; list again without it.');
}

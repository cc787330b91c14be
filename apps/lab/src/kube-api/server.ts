import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KubeObject } from '../kube/objects.ts';
import { Access } from './access.ts';
import { type Answer, readBody, sendAnswer } from './answers.ts';
import { ApiError } from './api-error.ts';
import type { Attributes } from './authorize.ts';
import { discover } from './discovery.ts';
import { listObjects } from './list.ts';
import { Objects } from './objects.ts';
import { describeOpenApi } from './openapi.ts';
import { attributesOf, parsePath, type ResourceRequest } from './request-info.ts';
import { readScale, SCALED } from './scale.ts';
import { matcherOf } from './selectors.ts';
import type { ServiceRanges } from './service-addresses.ts';
import { ObjectStore } from './store.ts';
import { Tokens } from './tokens.ts';
import { serveWatch } from './watch.ts';
import { noSuchResource, Writes } from './writes.ts';

export interface ApiOptions {
  readonly adminToken: string;
  readonly ranges: ServiceRanges;
  readonly version: string;
  /** Changes kept per kind for watches that resume. */
  readonly logLength?: number;
}

export interface BuiltInApi {
  readonly objects: Objects;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
}

const ACCESS_REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

/** The built-in Kubernetes API as a request handler: authenticate, authorize (RBAC), then the verb. */
export function createApi(options: ApiOptions): BuiltInApi {
  const store = new ObjectStore(options.logLength);
  const objects = new Objects(store, options.ranges);
  const tokens = new Tokens(options.adminToken);
  const access = new Access(store, tokens);
  const writes = new Writes(store, objects, tokens);

  /** @returns undefined when the answer is a watch, which runs by itself. */
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<Answer | undefined> => {
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'https://lab');
    const method = request.method ?? 'GET';
    const user = access.authenticate(request.headers.authorization);
    if (request.headers['impersonate-user'] !== undefined)
      throw new ApiError(403, 'Forbidden', "the lab's API acts for nobody else: leave --as away");
    if (method === 'POST' && pathname === ACCESS_REVIEWS)
      return { code: 201, body: access.review(user, await readBody(request)) };
    const target = parsePath(pathname);
    if (!target) {
      access.authorize(user, pathAttributes(method, pathname));
      const body = method === 'GET' ? (describeOpenApi(pathname) ?? discover(pathname, options.version)) : undefined;
      if (body === undefined) throw noSuchResource();
      return { code: 200, body };
    }
    const { resource, namespace } = target;
    const watches = ![null, '', 'false', '0'].includes(query.get('watch'));
    access.authorize(user, attributesOf(method, target, watches));
    if (method === 'GET' && target.name !== undefined) return { code: 200, body: readOne(objects, target) };
    if (method === 'GET' && !watches) return { code: 200, body: listObjects(store, resource, namespace, query) };
    if (method === 'GET') {
      serveWatch(store, { resource, namespace, matches: matcherOf(query, resource), query }, response);
      return undefined;
    }
    const contentType = String(request.headers['content-type'] ?? '').split(';')[0] ?? '';
    const userAgent = String(request.headers['user-agent'] ?? 'unknown');
    return writes.run({ method, target, query, body: await readBody(request), contentType, userAgent });
  };

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    try {
      const answer = await serve(request, response);
      if (answer) sendAnswer(response, answer);
    } catch (error) {
      const fault =
        error instanceof ApiError
          ? error
          : new ApiError(500, 'InternalError', `the lab's API failed: ${String(error)}`);
      if (response.headersSent) response.destroy();
      else sendAnswer(response, { code: fault.code, body: fault.toStatus() });
    }
  };
  return { objects, handle: (request, response) => void handle(request, response) };
}

/** One object, or a view of it. @throws ApiError 404 */
function readOne(objects: Objects, target: ResourceRequest): KubeObject {
  const { resource, subresource } = target;
  if (subresource === 'scale' && SCALED.includes(resource.plural)) return readScale(objects.get(target));
  if (subresource !== undefined && !(subresource === 'status' && resource.hasStatus)) throw noSuchResource();
  return objects.get(target);
}

const pathAttributes = (method: string, path: string): Attributes => ({
  verb: method.toLowerCase(),
  group: '',
  resource: '',
  namespace: undefined,
  name: undefined,
  path,
});

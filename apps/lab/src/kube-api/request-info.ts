import { ApiError } from './api-error.ts';
import type { Attributes } from './authorize.ts';
import { findResource, type Resource } from './resources.ts';

/** A request for objects, taken apart as the real API server does. */
export interface ResourceRequest {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

/** Takes a path apart; null for paths that name no object (discovery, health). @throws ApiError 404 for a kind that is not served */
export function parsePath(pathname: string): ResourceRequest | null {
  const parts = pathname
    .split('/')
    .filter((part) => part !== '')
    .map(decodePart);
  const isCore = parts[0] === 'api' && parts.length > 2;
  const isGroup = parts[0] === 'apis' && parts.length > 3;
  if (!isCore && !isGroup) return null;
  const [group, version, ...rest] = isCore ? ['', ...parts.slice(1)] : parts.slice(1);
  const hasNamespace = rest[0] === 'namespaces' && rest.length > 2 && !['status', 'finalize'].includes(rest[2] ?? '');
  const namespace = hasNamespace ? rest[1] : undefined;
  const [plural, name, subresource] = hasNamespace ? rest.slice(2) : rest;
  const resource = findResource(group ?? '', version ?? '', plural ?? '');
  if (!resource || (hasNamespace && !resource.namespaced))
    throw new ApiError(404, 'NotFound', 'the server could not find the requested resource');
  return { resource, namespace, name, subresource };
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new ApiError(400, 'BadRequest', 'the path is not valid percent-encoded text');
  }
}

/** What RBAC calls this request. */
export function attributesOf(method: string, request: ResourceRequest, watches: boolean): Attributes {
  return {
    verb: verbOf(method, request.name !== undefined, watches),
    group: request.resource.group,
    resource: request.subresource ? `${request.resource.plural}/${request.subresource}` : request.resource.plural,
    // A namespace is its own namespace to RBAC.
    namespace: request.namespace ?? (request.resource.plural === 'namespaces' ? request.name : undefined),
    name: request.name,
    path: undefined,
  };
}

function verbOf(method: string, hasName: boolean, watches: boolean): string {
  switch (method) {
    case 'GET':
    case 'HEAD':
      return watches ? 'watch' : hasName ? 'get' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return hasName ? 'delete' : 'deletecollection';
    default:
      return method.toLowerCase();
  }
}

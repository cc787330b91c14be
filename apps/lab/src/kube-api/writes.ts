import { isRecord, type KubeObject, valueAt } from '../kube/objects.ts';
import type { Answer } from './answers.ts';
import { ApiError } from './api-error.ts';
import { listObjects } from './list.ts';
import type { Writer } from './managed-fields.ts';
import type { Objects } from './objects.ts';
import type { ResourceRequest } from './request-info.ts';
import type { Resource } from './resources.ts';
import { SCALED, writeScale } from './scale.ts';
import { matcherOf } from './selectors.ts';
import type { ObjectStore } from './store.ts';
import type { Tokens } from './tokens.ts';

export interface WriteRequest {
  readonly method: string;
  readonly target: ResourceRequest;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly contentType: string;
  readonly userAgent: string;
}

/** The requests that change something, as status code and body. */
export class Writes {
  readonly #store: ObjectStore;
  readonly #objects: Objects;
  readonly #tokens: Tokens;

  constructor(store: ObjectStore, objects: Objects, tokens: Tokens) {
    this.#store = store;
    this.#objects = objects;
    this.#tokens = tokens;
  }

  /** @throws ApiError as the verb does */
  run(request: WriteRequest): Answer {
    const { target, body } = request;
    const manager = request.query.get('fieldManager') ?? request.userAgent.split('/')[0] ?? 'unknown';
    const writer: Writer = { manager, operation: 'Update' };
    const isToken = target.resource.plural === 'serviceaccounts' && target.subresource === 'token';
    if (target.subresource && !isToken && !isServed(target.resource, target.subresource)) throw noSuchResource();
    if (target.subresource === 'scale') {
      if (request.method !== 'PUT' && request.method !== 'PATCH') throw notAllowed();
      return { code: 200, body: writeScale(this.#objects, target, request, writer) };
    }
    switch (request.method) {
      case 'POST':
        if (isToken) return { code: 201, body: this.#issueToken(target, body) };
        if (target.name !== undefined) throw notAllowed();
        return { code: 201, body: this.#objects.create(target, body, writer) };
      case 'PUT':
        return { code: 200, body: this.#update(target, body, writer) };
      case 'PATCH': {
        const creates = request.contentType === 'application/apply-patch+yaml' && !this.#exists(target);
        return { code: creates ? 201 : 200, body: this.#objects.patch(target, request.contentType, body, writer) };
      }
      case 'DELETE':
        return target.name === undefined ? this.#deleteCollection(request) : this.#delete(request);
      default:
        throw notAllowed();
    }
  }

  #update(target: ResourceRequest, body: unknown, writer: Writer): KubeObject {
    return target.subresource === 'finalize'
      ? this.#objects.finalizeNamespace(target, body)
      : this.#objects.update(target, body, writer);
  }

  #exists(target: ResourceRequest): boolean {
    const key = target.namespace === undefined ? target.name : `${target.namespace}/${target.name}`;
    return this.#store.get(target.resource, key ?? '') !== undefined;
  }

  #delete({ target, query, body }: WriteRequest): Answer {
    const grace = query.get('gracePeriodSeconds');
    const options = { ...(isRecord(body) ? body : {}), ...(grace ? { gracePeriodSeconds: Number(grace) } : {}) };
    const { object, gone } = this.#objects.delete(target, options);
    // Kinds whose registry returns what it deleted; the others answer a Status.
    const returnsObject = ['pods', 'services', 'serviceaccounts', 'namespaces'].includes(target.resource.plural);
    if (!gone || returnsObject) return { code: 200, body: object };
    const { name, uid } = object.metadata;
    const { group, plural } = target.resource;
    const details = { name, ...(group ? { group } : {}), kind: plural, uid };
    return { code: 200, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details } };
  }

  #deleteCollection({ target, query, body }: WriteRequest): Answer {
    const matches = matcherOf(query, target.resource);
    for (const { metadata } of this.#store.list(target.resource, target.namespace).filter(matches))
      this.#objects.delete({ ...target, namespace: metadata.namespace, name: metadata.name }, body);
    return { code: 200, body: listObjects(this.#store, target.resource, target.namespace, query) };
  }

  #issueToken(target: ResourceRequest, body: unknown): Record<string, unknown> {
    const { metadata } = this.#objects.get({ ...target, subresource: undefined });
    const asked = Number(valueAt(body, 'spec.expirationSeconds') ?? 3_600);
    const expirationSeconds = Math.min(Math.max(asked, 600), 7 * 86_400);
    const { token, expiresAt } = this.#tokens.issue(metadata.namespace ?? '', metadata.name, expirationSeconds);
    return {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name: metadata.name, namespace: metadata.namespace },
      spec: { audiences: ['margay-lab'], expirationSeconds, boundObjectRef: null },
      status: { token, expirationTimestamp: expiresAt.toISOString() },
    };
  }
}

const isServed = (resource: Resource, subresource: string) =>
  (subresource === 'status' && resource.hasStatus) ||
  (subresource === 'scale' && SCALED.includes(resource.plural)) ||
  (subresource === 'finalize' && resource.plural === 'namespaces');

export const noSuchResource = () => new ApiError(404, 'NotFound', 'the server could not find the requested resource');

const notAllowed = () =>
  new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');

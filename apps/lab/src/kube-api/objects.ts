import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { isRecord, type KubeObject, keyOf, valueAt } from '../kube/objects.ts';
import { ApiError, alreadyExists, badRequest, CHANGED, conflict, notFound } from './api-error.ts';
import { applyDefaults } from './defaults.ts';
import { recordWriter, type Writer } from './managed-fields.ts';
import {
  checkImmutable,
  checkPreconditions,
  gracePeriodOf,
  hasGeneration,
  isFinished,
  placeInNamespace,
  randomSuffix,
  readObject,
  withKeptFields,
} from './object-rules.ts';
import { applyPatch, strategicMerge } from './patches.ts';
import type { ResourceRequest } from './request-info.ts';
import { findResource, type Resource } from './resources.ts';
import { allocateServiceAddresses, type ServiceRanges } from './service-addresses.ts';
import type { ObjectStore } from './store.ts';
import { validate } from './validate.ts';

/** The verbs on stored objects, with the semantics of the real API server: names, defaults, conflicts, status as a thing of its own, graceful deletion of pods, finalizers. */
export class Objects {
  readonly #store: ObjectStore;
  readonly #ranges: ServiceRanges;
  readonly #now: () => number;

  constructor(store: ObjectStore, ranges: ServiceRanges, now: () => number = Date.now) {
    this.#store = store;
    this.#ranges = ranges;
    this.#now = now;
  }

  get(request: ResourceRequest): KubeObject {
    const name = request.name ?? '';
    const object = this.#store.get(request.resource, keyIn(request.namespace, name));
    if (!object) throw notFound(request.resource, name);
    return object;
  }

  create(request: ResourceRequest, body: unknown, writer: Writer): KubeObject {
    const { resource, namespace } = request;
    const object = readObject(resource, body);
    if (object.metadata.resourceVersion)
      throw new ApiError(500, 'InternalError', 'resourceVersion should not be set on objects to be created');
    placeInNamespace(resource, object, namespace);
    if (namespace !== undefined) this.#requireNamespace(namespace, object.metadata.name ?? '');
    if (!object.metadata.name && object.metadata.generateName)
      object.metadata.name = object.metadata.generateName + randomSuffix();
    if (resource.hasStatus && resource.plural !== 'namespaces') object.status = {};
    applyDefaults(object);
    validate(resource, object);
    if (this.#store.get(resource, keyOf(object))) throw alreadyExists(resource, object.metadata.name);
    if (resource.plural === 'services') this.#allocate(resource, object);
    object.metadata.uid = randomUUID();
    object.metadata.creationTimestamp = this.#timestamp();
    delete object.metadata.deletionTimestamp;
    if (object.spec !== undefined && hasGeneration(resource)) object.metadata.generation = 1;
    object.metadata.managedFields = recordWriter(object, body, writer, this.#now());
    return this.#store.put(resource, object);
  }

  update(request: ResourceRequest, body: unknown, writer: Writer): KubeObject {
    const current = this.get(request);
    const object = readObject(request.resource, body);
    placeInNamespace(request.resource, object, request.namespace);
    if (object.metadata.name !== request.name)
      throw badRequest(
        `the name of the object (${object.metadata.name || 'based on URL'}) does not match the name on the URL (${request.name})`,
      );
    return this.#replace(request, current, object, body, writer);
  }

  patch(request: ResourceRequest, contentType: string, body: unknown, writer: Writer): KubeObject {
    if (contentType === 'application/apply-patch+yaml') return this.#apply(request, body, writer);
    const current = this.get(request);
    const patched = applyPatch(contentType, current, body);
    const object = readObject(request.resource, patched);
    placeInNamespace(request.resource, object, request.namespace);
    const asked = valueAt(body, 'metadata.resourceVersion');
    object.metadata.resourceVersion = typeof asked === 'string' ? asked : current.metadata.resourceVersion;
    return this.#replace(request, current, object, body, writer);
  }

  /** @returns the object that goes, when its deletion only began; else what is gone. */
  delete(request: ResourceRequest, options: unknown): { object: KubeObject; gone: boolean } {
    const { resource } = request;
    const current = this.get(request);
    checkPreconditions(resource, current, options);
    const grace = gracePeriodOf(resource, current, options);
    if (resource.plural === 'namespaces') return this.#terminateNamespace(resource, current);
    if (grace > 0 || (current.metadata.finalizers?.length ?? 0) > 0) {
      if (current.metadata.deletionTimestamp && grace > 0) return { object: current, gone: false };
      const deletionTimestamp = new Date(this.#now() + grace * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
      const object = {
        ...current,
        metadata: { ...current.metadata, deletionTimestamp, deletionGracePeriodSeconds: grace },
      };
      return { object: this.#store.put(resource, object), gone: false };
    }
    this.#store.remove(resource, keyOf(current));
    return { object: current, gone: true };
  }

  /** Removes a namespace's own finalizer: the last step of its deletion. */
  finalizeNamespace(request: ResourceRequest, body: unknown): KubeObject {
    const current = this.get(request);
    const finalizers = valueAt(body, 'spec.finalizers');
    const spec = {
      ...(isRecord(current.spec) ? current.spec : {}),
      finalizers: Array.isArray(finalizers) ? finalizers : [],
    };
    const object = { ...current, spec };
    if (spec.finalizers.length === 0 && current.metadata.deletionTimestamp) {
      this.#store.remove(request.resource, keyOf(current));
      return object;
    }
    return this.#store.put(request.resource, object);
  }

  #apply(request: ResourceRequest, body: unknown, writer: Writer): KubeObject {
    if (!writer.manager) throw badRequest('fieldManager is required for apply patch');
    const applied: Writer = { ...writer, operation: 'Apply' };
    const current = this.#store.get(request.resource, keyIn(request.namespace, request.name ?? ''));
    if (!current) {
      if (request.subresource) throw notFound(request.resource, request.name ?? '');
      return this.create({ ...request, name: undefined }, body, applied);
    }
    const object = readObject(request.resource, strategicMerge(current, body));
    object.metadata.resourceVersion = current.metadata.resourceVersion;
    return this.#replace(request, current, object, body, applied);
  }

  #replace(
    request: ResourceRequest,
    current: KubeObject,
    object: KubeObject,
    sent: unknown,
    writer: Writer,
  ): KubeObject {
    const { resource, subresource } = request;
    const { name } = current.metadata;
    const version = object.metadata.resourceVersion;
    if (version && version !== current.metadata.resourceVersion) throw conflict(resource, name, CHANGED);
    if (object.metadata.uid && object.metadata.uid !== current.metadata.uid)
      throw conflict(
        resource,
        name,
        `Precondition failed: UID in precondition: ${object.metadata.uid}, UID in object meta: ${current.metadata.uid}`,
      );
    const next =
      subresource === 'status' ? { ...current, status: object.status } : withKeptFields(resource, current, object);
    if (subresource !== 'status') {
      applyDefaults(next);
      validate(resource, next);
      if (resource.plural === 'services') this.#allocate(resource, next);
      checkImmutable(resource, current, next);
    }
    const changed = !isDeepStrictEqual(current.spec, next.spec);
    const generation =
      hasGeneration(resource) && current.spec !== undefined
        ? (current.metadata.generation ?? 1) + (changed ? 1 : 0)
        : undefined;
    const metadata = {
      ...(subresource === 'status' ? current.metadata : next.metadata),
      ...(generation === undefined ? {} : { generation }),
    };
    const written = { ...next, metadata };
    const by: Writer = subresource ? { ...writer, subresource } : writer;
    written.metadata.managedFields = recordWriter(current, sent, by, this.#now());
    if (isFinished(written)) {
      this.#store.remove(resource, keyOf(current));
      return written;
    }
    return this.#store.put(resource, written);
  }

  #terminateNamespace(resource: Resource, current: KubeObject): { object: KubeObject; gone: boolean } {
    if (current.metadata.deletionTimestamp) {
      const left = valueAt(current, 'spec.finalizers');
      if (Array.isArray(left) && left.length > 0)
        throw new ApiError(
          409,
          'Conflict',
          `Operation cannot be fulfilled on namespaces "${current.metadata.name}": The system is ensuring all content is removed from this namespace.  Upon completion, this namespace will automatically be purged by the system.`,
          { name: current.metadata.name, kind: 'namespaces' },
        );
    }
    const object = {
      ...current,
      metadata: { ...current.metadata, deletionTimestamp: this.#timestamp() },
      status: { ...(isRecord(current.status) ? current.status : {}), phase: 'Terminating' },
    };
    return { object: this.#store.put(resource, object), gone: false };
  }

  #requireNamespace(namespace: string, name: string): void {
    const resource = findResource('', 'v1', 'namespaces');
    if (!resource) return;
    const object = this.#store.get(resource, namespace);
    if (!object) throw notFound(resource, namespace);
    if (object.metadata.deletionTimestamp)
      throw new ApiError(
        403,
        'Forbidden',
        `unable to create new content in namespace ${namespace} because it is being terminated`,
        {
          name,
          causes: [
            {
              reason: 'NamespaceTerminating',
              message: `namespace ${namespace} is being terminated`,
              field: 'metadata.namespace',
            },
          ],
        },
      );
  }

  #allocate(resource: Resource, object: KubeObject): void {
    const others = this.#store.list(resource).filter((other) => keyOf(other) !== keyOf(object));
    allocateServiceAddresses(resource, object, others, this.#ranges);
  }

  #timestamp(): string {
    return new Date(this.#now()).toISOString().replace(/\.\d+Z$/, 'Z');
  }
}

const keyIn = (namespace: string | undefined, name: string) =>
  namespace === undefined ? name : `${namespace}/${name}`;

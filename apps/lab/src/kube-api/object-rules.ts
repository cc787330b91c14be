import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { isRecord, type KubeObject, valueAt } from '../kube/objects.ts';
import { badRequest, CHANGED, conflict, invalid } from './api-error.ts';
import { apiVersionOf, type Resource } from './resources.ts';

const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

export const hasGeneration = (resource: Resource) =>
  resource.group !== 'rbac.authorization.k8s.io' && resource.plural !== 'namespaces';

export function readObject(resource: Resource, body: unknown): KubeObject {
  if (!isRecord(body)) throw badRequest('the body is not a JSON object');
  const wanted = apiVersionOf(resource);
  if (body.apiVersion !== undefined && body.apiVersion !== wanted)
    throw badRequest(
      `the API version in the data (${body.apiVersion}) does not match the expected API version (${wanted})`,
    );
  if (body.kind !== undefined && body.kind !== resource.kind)
    throw badRequest(`${body.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}`);
  const metadata = isRecord(body.metadata) ? body.metadata : {};
  // Own copies all the way down: defaults write into the object, never into the store's or the client's.
  return structuredClone({ ...body, apiVersion: wanted, kind: resource.kind, metadata }) as unknown as KubeObject;
}

export function placeInNamespace(resource: Resource, object: KubeObject, namespace: string | undefined): void {
  if (!resource.namespaced) {
    delete object.metadata.namespace;
    return;
  }
  if (object.metadata.namespace && object.metadata.namespace !== namespace)
    throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
  if (namespace !== undefined) object.metadata.namespace = namespace;
}

/** Fields that a client cannot change through the object itself. */
export function withKeptFields(resource: Resource, current: KubeObject, object: KubeObject): KubeObject {
  const { uid, creationTimestamp, generation, deletionTimestamp, deletionGracePeriodSeconds } = current.metadata;
  const kept = Object.fromEntries(
    Object.entries({ uid, creationTimestamp, generation, deletionTimestamp, deletionGracePeriodSeconds }).filter(
      ([, value]) => value !== undefined,
    ),
  );
  const next: KubeObject = { ...object, metadata: { ...object.metadata, ...kept } };
  if (resource.hasStatus) next.status = current.status;
  if (resource.plural === 'services' && isRecord(next.spec) && isRecord(current.spec)) {
    const inherited = Object.fromEntries(
      ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'].map((key) => [
        key,
        (current.spec as Record<string, unknown>)[key],
      ]),
    );
    next.spec = { ...inherited, ...next.spec };
  }
  return next;
}

export function checkImmutable(resource: Resource, current: KubeObject, next: KubeObject): void {
  const paths = ['deployments', 'daemonsets', 'statefulsets', 'replicasets'].includes(resource.plural)
    ? ['spec.selector']
    : resource.plural === 'secrets'
      ? ['type']
      : [];
  for (const field of paths)
    if (!isDeepStrictEqual(valueAt(current, field), valueAt(next, field)))
      throw invalid(resource, current.metadata.name, [
        {
          field,
          reason: 'FieldValueInvalid',
          message: `Invalid value: ${JSON.stringify(valueAt(next, field))}: field is immutable`,
        },
      ]);
}

export function checkPreconditions(resource: Resource, current: KubeObject, options: unknown): void {
  const uid = valueAt(options, 'preconditions.uid');
  if (uid !== undefined && uid !== current.metadata.uid)
    throw conflict(
      resource,
      current.metadata.name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`,
    );
  const version = valueAt(options, 'preconditions.resourceVersion');
  if (version !== undefined && version !== current.metadata.resourceVersion)
    throw conflict(resource, current.metadata.name, CHANGED);
}

/** Only a pod that a node runs gets time to end. */
export function gracePeriodOf(resource: Resource, current: KubeObject, options: unknown): number {
  if (resource.plural !== 'pods') return 0;
  const phase = valueAt(current, 'status.phase');
  if (!valueAt(current, 'spec.nodeName') || phase === 'Succeeded' || phase === 'Failed') return 0;
  const asked = valueAt(options, 'gracePeriodSeconds');
  if (typeof asked === 'number') return asked;
  return Number(valueAt(current, 'spec.terminationGracePeriodSeconds') ?? 30);
}

export function isFinished(object: KubeObject): boolean {
  return (
    object.metadata.deletionTimestamp !== undefined &&
    object.kind !== 'Namespace' &&
    (object.metadata.deletionGracePeriodSeconds ?? 0) === 0 &&
    (object.metadata.finalizers?.length ?? 0) === 0
  );
}

export function randomSuffix(): string {
  return [...randomBytes(5)].map((byte) => SUFFIX_ALPHABET[byte % SUFFIX_ALPHABET.length]).join('');
}

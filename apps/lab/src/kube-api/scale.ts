import { isRecord, type KubeObject, valueAt } from '../kube/objects.ts';
import { badRequest } from './api-error.ts';
import type { Writer } from './managed-fields.ts';
import type { Objects } from './objects.ts';
import { applyPatch } from './patches.ts';
import type { ResourceRequest } from './request-info.ts';

/** Kinds that have `/scale`. */
export const SCALED = ['deployments', 'replicasets', 'statefulsets'];

/** An object's Scale: how many pods it wants and has (`kubectl scale`). */
export function readScale(object: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = valueAt(object, 'spec.selector.matchLabels');
  const terms = Object.entries(isRecord(selector) ? selector : {}).map(([key, value]) => `${key}=${value}`);
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: valueAt(object, 'spec.replicas') ?? 0 },
    status: { replicas: valueAt(object, 'status.replicas') ?? 0, selector: terms.join(',') },
  };
}

/** Writes `spec.replicas` of the object behind the scale. @throws ApiError 400, 404, 409 */
export function writeScale(
  objects: Objects,
  target: ResourceRequest,
  change: { method: string; body: unknown; contentType: string },
  writer: Writer,
): KubeObject {
  const whole = { ...target, subresource: undefined };
  const scale = readScale(objects.get(whole));
  const wanted = change.method === 'PATCH' ? applyPatch(change.contentType, scale, change.body) : change.body;
  const replicas = valueAt(wanted, 'spec.replicas');
  if (typeof replicas !== 'number' || !Number.isInteger(replicas) || replicas < 0)
    throw badRequest('spec.replicas must be a whole number');
  const resourceVersion = valueAt(wanted, 'metadata.resourceVersion');
  const patch = { ...(resourceVersion ? { metadata: { resourceVersion } } : {}), spec: { replicas } };
  return readScale(objects.patch(whole, 'application/merge-patch+json', patch, writer));
}

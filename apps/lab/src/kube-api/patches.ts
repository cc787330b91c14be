import jsonPatch from 'fast-json-patch';
import { isRecord } from '../kube/objects.ts';
import { ApiError, badRequest } from './api-error.ts';

/** Lists whose entries are merged by a key, by the name of the field that holds them (strategic merge and server-side apply, as the Kubernetes types declare them). */
const MERGE_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  ports: ['containerPort', 'port'],
  imagePullSecrets: ['name'],
  conditions: ['type'],
  ownerReferences: ['uid'],
  secrets: ['name'],
  addresses: ['type', 'address'],
  hostAliases: ['ip'],
  podIPs: ['ip'],
};

/** A patch document applied to an object. @throws ApiError 400, 415 or 422 */
export function applyPatch(contentType: string, target: unknown, patch: unknown): unknown {
  switch (contentType) {
    case 'application/merge-patch+json':
      return mergePatch(target, patch);
    case 'application/strategic-merge-patch+json':
      return strategicMerge(target, patch);
    case 'application/json-patch+json':
      return patchByOperations(target, patch);
    default:
      throw new ApiError(
        415,
        'UnsupportedMediaType',
        'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml',
      );
  }
}

/** RFC 7396. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const result: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

/** Merge patch whose keyed lists merge entry by entry; `$patch: delete`, `$patch: replace` and `$setElementOrder` as kubectl sends them. */
export function strategicMerge(target: unknown, patch: unknown, field = ''): unknown {
  if (Array.isArray(patch)) return mergeLists(Array.isArray(target) ? target : [], patch, field);
  if (!isRecord(patch)) return patch;
  if (patch.$patch === 'replace') {
    const { $patch: _, ...rest } = patch;
    return rest;
  }
  const result: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$setElementOrder/') || key === '$retainKeys') continue;
    if (value === null) delete result[key];
    else result[key] = strategicMerge(result[key], value, key);
  }
  return result;
}

function mergeLists(target: readonly unknown[], patch: readonly unknown[], field: string): unknown[] {
  const keys = MERGE_KEYS[field];
  if (!keys || !patch.every(isRecord)) return [...patch];
  if (patch.some((entry) => entry.$patch === 'replace')) return patch.filter((entry) => entry.$patch !== 'replace');
  const result = [...target];
  for (const entry of patch) {
    const key = keys.find((name) => entry[name] !== undefined);
    const at = key ? result.findIndex((old) => isRecord(old) && old[key] === entry[key]) : -1;
    if (entry.$patch === 'delete') {
      if (at >= 0) result.splice(at, 1);
    } else if (at >= 0) result[at] = strategicMerge(result[at], entry);
    else result.push(entry);
  }
  return result;
}

function patchByOperations(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw badRequest('a JSON patch is a list of operations');
  try {
    return jsonPatch.applyPatch(target, patch as jsonPatch.Operation[], true, false).newDocument;
  } catch (cause) {
    throw new ApiError(
      422,
      'Invalid',
      `the server rejected our request due to an error in our request: ${String((cause as Error).message).split('\n')[0]}`,
    );
  }
}

import { MargayError } from '@margay/model';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import type { KubeObject } from '../kube/objects.ts';
import { resourceOfKind } from '../kube-api/resources.ts';

const FETCH_TIMEOUT_MS = 15_000;
const SIZE_LIMIT_BYTES = 1 << 20;
const OBJECT_LIMIT = 100;

const ManifestObject = z.looseObject({
  apiVersion: z.string().max(128),
  kind: z.string().max(64),
  metadata: z.looseObject({ name: z.string().min(1).max(253), namespace: z.string().max(63).optional() }),
});

/**
 * Fetches the manifest that the one line would apply.
 *
 * @throws MargayError UNAVAILABLE when nothing answers, NOT_FOUND or VALIDATION with the console's own words when it refuses.
 */
export async function fetchManifest(url: URL): Promise<KubeObject[]> {
  const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) }).catch((cause: unknown) => {
    throw new MargayError(
      'UNAVAILABLE',
      `Nothing answers at ${url.origin}. Is the console running there? (npm start)`,
      { cause },
    );
  });
  const text = await response.text();
  if (!response.ok)
    throw new MargayError(
      response.status === 404 ? 'NOT_FOUND' : 'VALIDATION',
      `${url.origin} refused the install address (HTTP ${response.status}): ${text.slice(0, 500)}`,
    );
  return parseManifest(text);
}

/** The objects of a multi-document YAML, each of a kind that the lab serves. @throws MargayError VALIDATION */
export function parseManifest(text: string): KubeObject[] {
  if (Buffer.byteLength(text) > SIZE_LIMIT_BYTES)
    throw new MargayError('VALIDATION', 'The manifest is larger than 1 MiB.');
  const documents = parseAllDocuments(text);
  const values = (Array.isArray(documents) ? documents : []).map((document) => {
    if (document.errors[0])
      throw new MargayError('VALIDATION', `The manifest is not valid YAML: ${document.errors[0].message}`);
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  });
  const objects = values.filter((value) => value !== null);
  if (objects.length === 0 || objects.length > OBJECT_LIMIT)
    throw new MargayError(
      'VALIDATION',
      `The manifest holds ${objects.length} objects; from 1 to ${OBJECT_LIMIT} were expected.`,
    );
  return objects.map((value) => {
    const parsed = ManifestObject.safeParse(value);
    if (!parsed.success)
      throw new MargayError(
        'VALIDATION',
        `The manifest holds something that is no Kubernetes object: ${z.prettifyError(parsed.error)}`,
      );
    const { apiVersion, kind, metadata } = parsed.data;
    const resource = resourceOfKind(apiVersion, kind);
    if (!resource)
      throw new MargayError(
        'VALIDATION',
        `The lab's Kubernetes API does not serve ${apiVersion} ${kind} (${metadata.name}).`,
      );
    const namespace = resource.namespaced ? (metadata.namespace ?? 'default') : undefined;
    return { ...parsed.data, metadata: { ...metadata, ...(namespace ? { namespace } : {}) } } as KubeObject;
  });
}

import { InventoryPolicy } from '@margay/model';
import { RawPolicy } from './raw.ts';

/** A policy with its spec as it stands. @throws ZodError for one outside Kubernetes' own bounds. */
export function parseNetworkPolicy(object: unknown): InventoryPolicy {
  const { metadata, spec } = RawPolicy.parse(object);
  return InventoryPolicy.parse({
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    spec,
  });
}

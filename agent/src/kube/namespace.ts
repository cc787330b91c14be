import { InventoryNamespace } from '@margay/model';
import { boundLabels } from './bound-labels.ts';
import { RawNamespace } from './raw.ts';

export interface NamespaceRecord {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** It is being deleted, with all that is in it. */
  readonly ending: boolean;
}

/** @throws ZodError for a namespace outside Kubernetes' own bounds. */
export function parseNamespace(object: unknown): NamespaceRecord {
  const { metadata } = RawNamespace.parse(object);
  const { name, labels } = InventoryNamespace.parse({ name: metadata.name, labels: metadata.labels });
  return { name, labels: boundLabels(labels), ending: metadata.deletionTimestamp !== null };
}

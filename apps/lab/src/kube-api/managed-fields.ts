import { isRecord, type KubeObject, type ManagedField } from '../kube/objects.ts';

export interface Writer {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly subresource?: string;
}

/** `fields` of the object as one more entry of its managedFields, in place of the writer's earlier one. Coarser than the real one: it names every field the writer sent, and takes none from others. */
export function recordWriter(object: KubeObject, sent: unknown, writer: Writer, nowMs: number): ManagedField[] {
  const entry: ManagedField = {
    manager: writer.manager,
    operation: writer.operation,
    apiVersion: object.apiVersion,
    time: new Date(nowMs).toISOString().replace(/\.\d+Z$/, 'Z'),
    fieldsType: 'FieldsV1',
    fieldsV1: fieldsOf(withoutIdentity(sent)),
    ...(writer.subresource ? { subresource: writer.subresource } : {}),
  };
  const others = (object.metadata.managedFields ?? []).filter(
    (old) =>
      old.manager !== entry.manager || old.operation !== entry.operation || old.subresource !== entry.subresource,
  );
  return [...others, entry];
}

function fieldsOf(value: unknown): Record<string, unknown> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [`f:${key}`, fieldsOf(field)]));
}

function withoutIdentity(sent: unknown): unknown {
  if (!isRecord(sent)) return sent;
  const { apiVersion: _, kind: __, metadata, ...rest } = sent;
  const kept = isRecord(metadata)
    ? Object.fromEntries(
        Object.entries(metadata).filter(([key]) =>
          ['labels', 'annotations', 'ownerReferences', 'finalizers'].includes(key),
        ),
      )
    : {};
  return Object.keys(kept).length > 0 ? { metadata: kept, ...rest } : rest;
}

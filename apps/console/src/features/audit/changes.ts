export interface Change {
  readonly field: string;
  /** Null where there was nothing before. */
  readonly before: string | null;
  readonly after: string;
}

/** Fields that differ between two states of a thing, as text. A field that went says "removed". */
export function changesOf(before: unknown, after: unknown): Change[] {
  const [old, next] = [fieldsOf(before), fieldsOf(after)];
  return [...new Set([...Object.keys(old), ...Object.keys(next)])]
    .filter((field) => textOf(old[field]) !== textOf(next[field]))
    .map((field) => ({
      field,
      before: field in old ? textOf(old[field]) : null,
      after: field in next ? textOf(next[field]) : 'removed',
    }));
}

function fieldsOf(state: unknown): Record<string, unknown> {
  if (state === null || state === undefined) return {};
  return typeof state === 'object' && !Array.isArray(state) ? (state as Record<string, unknown>) : { value: state };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

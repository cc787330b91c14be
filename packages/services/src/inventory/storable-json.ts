const REPLACEMENT = '\ufffd';
/** As JSON.stringify writes them: NUL, and halves of surrogate pairs. */
const UNSTORABLE = /\\u(?:0000|d[89a-f][0-9a-f]{2})/;

/** `value` as JSON text that jsonb takes: PostgreSQL refuses NUL and lone surrogates, which a hostile cluster may send in any text; they become U+FFFD. */
export function storableJson(value: unknown): string {
  const text = JSON.stringify(value);
  return UNSTORABLE.test(text) ? JSON.stringify(clean(JSON.parse(text))) : text;
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', REPLACEMENT).toWellFormed();
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [clean(key), clean(item)]));
  return value;
}

import { WireFormatError } from './wire-format-error.ts';

/** Escapes that JSON allows and no store of text does: NUL, and halves of surrogate pairs. Written raw they are refused by the UTF-8 decoder and JSON itself. */
const SUSPECT = /\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})/;
const MAX_DEPTH = 64;

/**
 * Refuses text that cannot be stored as it was sent (NUL, lone surrogates). `text` is the JSON that `json` was parsed from; it is only walked where it looks suspect.
 *
 * @throws WireFormatError `text`.
 */
export function checkText(text: string, json: unknown): void {
  if (SUSPECT.test(text)) walk(json, 0);
}

function walk(value: unknown, depth: number): void {
  if (typeof value === 'string') {
    if (value.includes('\u0000') || !value.isWellFormed())
      throw new WireFormatError('text', 'a name or label holds NUL or half a surrogate pair');
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (depth === MAX_DEPTH) throw new WireFormatError('text', `nested deeper than ${MAX_DEPTH}`);
  for (const [key, child] of Object.entries(value)) {
    walk(key, depth);
    walk(child, depth + 1);
  }
}

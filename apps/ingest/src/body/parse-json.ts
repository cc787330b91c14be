import { MargayError } from '@margay/model';
import { checkText } from '@margay/wire';

const DEPTH_MAX = 64;

/**
 * JSON of bounded depth in UTF-8, without text that no database stores (NUL, half surrogates).
 *
 * @throws MargayError VALIDATION.
 */
export function parseJson(body: Buffer): unknown {
  let text: string;
  let json: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (cause) {
    throw new MargayError('VALIDATION', 'the body is not UTF-8', { cause });
  }
  checkDepth(body);
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new MargayError('VALIDATION', 'the body is not JSON', { cause });
  }
  checkText(text, json);
  return json;
}

const [QUOTE, BACKSLASH, OPEN_LIST, OPEN_OBJECT, CLOSE_LIST, CLOSE_OBJECT] = Buffer.from('"\\[{]}');

/** Before parsing: what walks the value later may do so recursively. */
function checkDepth(body: Buffer): void {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at];
    if (inString) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      if (++depth > DEPTH_MAX) throw new MargayError('VALIDATION', `the body is nested deeper than ${DEPTH_MAX}`);
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--;
  }
}

import { WireError } from '@margay/wire';

/** The console answered, and not with what was asked for. */
export class WireRefusal extends Error {
  readonly status: number;
  readonly code: string;
  /** The same message may be taken later. */
  readonly retryable: boolean;
  /** The console's wish, or null. */
  readonly retryAfterMs: number | null;
  constructor(answer: {
    status: number;
    code: string;
    message: string;
    retryable: boolean;
    retryAfterMs: number | null;
  }) {
    super(`${answer.status} ${answer.code}: ${answer.message}`.slice(0, 500));
    this.name = 'WireRefusal';
    this.status = answer.status;
    this.code = answer.code;
    this.retryable = answer.retryable;
    this.retryAfterMs = answer.retryAfterMs;
  }
}

/** What the message itself is wrong about; all else (a missing route while the console restarts, a busy or broken one) may pass. */
const FINAL = new Set([400, 409, 413, 415, 422]);

/** @param retryAfter the header: seconds or an HTTP date (RFC 9110 §10.2.3). */
export function wireRefusalOf(status: number, body: string, retryAfter: string | null, nowMs: number): WireRefusal {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    json = null;
  }
  const parsed = WireError.safeParse(json);
  const said = parsed.success
    ? parsed.data
    : { code: 'NO_WIRE_ERROR', message: body.slice(0, 200) || 'no explanation', retryable: !FINAL.has(status) };
  // Whatever a body says: a refused credential or version is no fault of the message, which is good once that is mended.
  const retryable = said.retryable || status === 401 || said.code === 'WIRE_VERSION';
  return new WireRefusal({ ...said, status, retryable, retryAfterMs: retryAfterMs(retryAfter, nowMs) });
}

const RETRY_AFTER_MS_MAX = 300_000;

function retryAfterMs(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1_000 : Date.parse(header) - nowMs;
  return Number.isNaN(ms) ? null : Math.min(RETRY_AFTER_MS_MAX, Math.max(0, ms));
}

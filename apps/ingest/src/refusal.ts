import { isDatabaseAway, sqlStateOf } from '@margay/db';
import { ERROR_STATUS, MargayError } from '@margay/model';
import type { WireError } from '@margay/wire';

/** An answer that is none: what the agent reads, with its HTTP status. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: WireError;
  readonly retryAfterSeconds: number | null;
  constructor(status: number, body: WireError, retryAfterSeconds: number | null = null) {
    super(body.message);
    this.name = 'Refusal';
    this.status = status;
    this.body = body;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Come again: the same message will do then. */
export function busy(message: string, retryAfterSeconds: number): Refusal {
  return new Refusal(429, { code: 'LIMIT_EXCEEDED', message, retryable: true }, retryAfterSeconds);
}

// A refused credential is no fault of the message: once it is renewed, the message is welcome.
const RETRYABLE: ReadonlySet<string> = new Set(['UNAUTHENTICATED', 'LIMIT_EXCEEDED', 'INTERNAL', 'UNAVAILABLE']);
const RETRY_AFTER_SECONDS = 5;

/** Any error as an answer; `known` tells those that belong to the request from those that belong in the log. */
export function toRefusal(error: unknown): { refusal: Refusal; known: boolean } {
  if (error instanceof Refusal) return { refusal: error, known: true };
  if (error instanceof MargayError && error.code !== 'INTERNAL') {
    const status = ERROR_STATUS[error.code];
    const retryable = RETRYABLE.has(error.code);
    const body = { code: error.code, message: error.message.slice(0, 1000), retryable };
    return { refusal: new Refusal(status, body, status >= 429 ? RETRY_AFTER_SECONDS : null), known: status < 500 };
  }
  if (isDatabaseAway(error)) {
    const message = isDiskFull(error)
      ? 'the disk of the database is full: make room there'
      : 'the database is away: try again';
    const body = { code: 'UNAVAILABLE', message, retryable: true };
    return { refusal: new Refusal(503, body, RETRY_AFTER_SECONDS), known: false };
  }
  const body = { code: 'INTERNAL', message: 'ingest failed: its log says why', retryable: true };
  return { refusal: new Refusal(500, body, RETRY_AFTER_SECONDS), known: false };
}

/** PostgreSQL's 53100, disk_full. */
function isDiskFull(error: unknown): boolean {
  return error instanceof Error && sqlStateOf(error) === '53100';
}

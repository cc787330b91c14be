import { randomBytes } from 'node:crypto';

/** Short enough to read out, long enough to find one line in a log. */
export function newRequestId(): string {
  return `req-${randomBytes(5).toString('hex')}`;
}

import { createHash } from 'node:crypto';
import type { Database } from '@margay/db';
import { MargayError } from '@margay/model';
import { toMargayError } from '../core/map-error.ts';

/** At most `max` attempts in a window that begins with the first of them. */
export interface AttemptRule {
  /** What is counted: `address`, `account`. */
  readonly name: string;
  /** Whose: an address, an e-mail. Only a hash of it is kept. */
  readonly of: string;
  readonly max: number;
  /** A success wipes the count instead of taking its own attempt back. */
  readonly forgottenOnSuccess?: true;
}

export interface Attempts {
  /** `sign-in`, `sign-up`: each door counts for itself. */
  readonly door: string;
  readonly rules: readonly AttemptRule[];
  readonly windowMs: number;
}

/** What {@link takeAttempt} throws. */
export class TooManyAttempts extends MargayError {
  /** No attempt of this window was refused before. */
  readonly isFirst: boolean;

  constructor(retryAfterSeconds: number, isFirst: boolean) {
    super('LIMIT_EXCEEDED', `too many attempts: try again in ${retryAfterSeconds} s`, {
      details: { retryAfterSeconds },
    });
    this.isFirst = isFirst;
  }
}

/**
 * Counts an attempt before it is made, so that many at once cannot slip through together; in the database, for all processes.
 * In a transaction of its own: the count stays whatever becomes of the attempt.
 *
 * @returns to be called when the attempt succeeded, where success is not to count.
 * @throws TooManyAttempts; a refused attempt counts under no rule.
 */
export async function takeAttempt(
  db: Database,
  { door, rules, windowMs }: Attempts,
  now: Date,
): Promise<() => Promise<void>> {
  const keyed = rules.map((rule) => ({ ...rule, key: keyOf(door, rule) }));
  const [keys, maxima] = [keyed.map(({ key }) => key), keyed.map(({ max }) => max)];
  const refusals = await inGate(
    db,
    (tx) =>
      tx.$queryRaw<{ wait_seconds: number; first: boolean }[]>`
        select * from gate.take_attempt(${keys}, ${maxima}::int[], ${windowMs} * interval '1 ms', ${now}::timestamptz)`,
  );
  const [refusal] = refusals;
  if (refusal) throw new TooManyAttempts(refusal.wait_seconds, refusal.first);
  const forgotten = keyed.filter((rule) => rule.forgottenOnSuccess).map(({ key }) => key);
  const takenBack = keyed.filter((rule) => !rule.forgottenOnSuccess).map(({ key }) => key);
  return async () => {
    await inGate(db, (tx) => tx.$queryRaw`select gate.settle_attempt(${forgotten}, ${takenBack})::text`);
  };
}

function keyOf(door: string, { name, of }: AttemptRule): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([door, name, of]))
    .digest();
}

async function inGate<T>(db: Database, work: Parameters<typeof db.inTenant<T>>[1]): Promise<T> {
  try {
    return await db.inTenant({}, work);
  } catch (error) {
    throw toMargayError(error, { verb: 'counting attempts' });
  }
}

import { isDatabaseAway, Prisma } from '@margay/db';
import { MargayError } from '@margay/model';
import { z } from 'zod';

/**
 * Parses what came over an edge.
 *
 * @throws MargayError VALIDATION: the first problem in words, all of them by path in `details.issues`.
 */
export function parseInput<S extends z.ZodType>(schema: S, raw: unknown): z.output<S> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, 20).map(({ path, message }) => ({ path: path.join('.'), message }));
  const [first] = issues;
  const message = first ? (first.path ? `${first.path}: ${first.message}` : first.message) : 'the input is not valid';
  throw new MargayError('VALIDATION', message, { details: { issues } });
}

/** Any error as one that a caller may read. What is not known becomes INTERNAL, with the cause kept for the log. */
export function toMargayError(error: unknown, { verb, conflict }: { verb: string; conflict?: string }): MargayError {
  if (error instanceof MargayError) return error;
  if (error instanceof z.ZodError)
    return new MargayError('INTERNAL', `${verb} gave an answer of the wrong shape`, { cause: error });
  const code = prismaCode(error);
  const known = code === null ? undefined : KNOWN[code];
  if (known) return new MargayError(known[0], code === 'P2002' ? (conflict ?? known[1]) : known[1], { cause: error });
  if (isDatabaseAway(error)) return new MargayError('UNAVAILABLE', BUSY, { cause: error });
  return new MargayError('INTERNAL', `${verb} failed: the server's log says why`, { cause: error });
}

const BUSY = 'the database is busy or restarting: try again';
/** Prisma's error reference. */
const KNOWN: Readonly<Record<string, readonly ['CONFLICT' | 'NOT_FOUND' | 'UNAVAILABLE' | 'VALIDATION', string]>> = {
  P2002: ['CONFLICT', 'something of that name or id is there already'],
  P2003: ['NOT_FOUND', 'what this refers to is not there (any more)'],
  P2025: ['NOT_FOUND', 'it is not there (any more)'],
  P2000: ['VALIDATION', 'a value is too long'],
  P2024: ['UNAVAILABLE', BUSY],
  P2028: ['UNAVAILABLE', BUSY],
  P2034: ['UNAVAILABLE', 'somebody changed the same thing at the same moment: try again'],
  P1001: ['UNAVAILABLE', BUSY],
  P1002: ['UNAVAILABLE', BUSY],
  P1008: ['UNAVAILABLE', BUSY],
  P1017: ['UNAVAILABLE', BUSY],
};

function prismaCode(error: unknown): string | null {
  if (error instanceof Prisma.PrismaClientKnownRequestError) return error.code;
  if (error instanceof Prisma.PrismaClientInitializationError) return error.errorCode ?? 'P1001';
  return null;
}

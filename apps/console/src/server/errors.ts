import { type ErrorCode, MargayError } from '@margay/model';
import { TRPCError } from '@trpc/server';
import { log } from './log.ts';

const TRPC_CODE = {
  VALIDATION: 'BAD_REQUEST',
  UNAUTHENTICATED: 'UNAUTHORIZED',
  FORBIDDEN: 'FORBIDDEN',
  NOT_FOUND: 'NOT_FOUND',
  CONFLICT: 'CONFLICT',
  PRECONDITION_FAILED: 'PRECONDITION_FAILED',
  TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  LIMIT_EXCEEDED: 'TOO_MANY_REQUESTS',
  INTERNAL: 'INTERNAL_SERVER_ERROR',
  UNAVAILABLE: 'SERVICE_UNAVAILABLE',
} as const satisfies Record<ErrorCode, TRPCError['code']>;

/** What a person may read of an error: a verb's own words; else a neutral line with the id that the log has. */
export function toTrpcError(error: unknown, requestId: string, path: string): TRPCError {
  if (error instanceof TRPCError && error.code !== 'INTERNAL_SERVER_ERROR') return error;
  const cause = error instanceof TRPCError ? error.cause : error;
  if (cause instanceof MargayError && cause.code !== 'INTERNAL') {
    if (cause.code === 'UNAVAILABLE') log.warn({ err: cause.cause ?? cause, requestId, path }, cause.message);
    return new TRPCError({ code: TRPC_CODE[cause.code], message: sentence(cause.message) });
  }
  log.error({ err: cause, requestId, path }, 'request failed');
  return new TRPCError({
    code: 'INTERNAL_SERVER_ERROR',
    message: `This failed on the server. Quote ${requestId} to whoever runs it: the log has the cause.`,
  });
}

/** Verbs speak in half sentences, screens in whole ones. */
export function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.:!?)\n]$/.test(text) ? text : `${text}.`;
}

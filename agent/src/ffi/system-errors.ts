import { getSystemErrorName } from 'node:util';
import { MargayError } from '@margay/model';

/** Numbers of Linux (asm-generic/errno), as positive values. */
export const ERRNO = { EPERM: 1, ENOENT: 2, EEXIST: 17, ENODEV: 19, EINVAL: 22, EOPNOTSUPP: 95 } as const;

/** `call` failed with `code`, a negative or positive errno: an error that names both and, where it can, the remedy. */
export function systemError(call: string, code: number, detail = ''): MargayError {
  const errno = Math.abs(code);
  const name = errnoName(errno);
  const remedy = errno === ERRNO.EPERM ? ' Run the agent as root with CAP_BPF, CAP_NET_ADMIN and CAP_SYS_ADMIN.' : '';
  return new MargayError('UNAVAILABLE', `${call}: ${name}.${remedy}${detail ? `\n${detail}` : ''}`, {
    details: { call, errno, name },
  });
}

/** The errno of an error that `systemError` made, else 0. */
export function errnoOf(error: unknown): number {
  const errno = error instanceof MargayError ? error.details.errno : undefined;
  return typeof errno === 'number' ? errno : 0;
}

function errnoName(errno: number): string {
  try {
    return getSystemErrorName(-errno);
  } catch {
    return `errno ${errno}`;
  }
}

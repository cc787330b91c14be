import { spawnSync } from 'node:child_process';
import { MargayError } from '@margay/model';

/** How a program that refuses to run as root is started: a prefix of the command line, or another user's ids. */
export interface Account {
  readonly prefix: readonly string[];
  readonly ids: { readonly uid: number; readonly gid: number } | null;
  readonly description: string;
}

const USER_NAMESPACE = ['unshare', '--user', '--map-user=1000', '--map-group=1000'] as const;

/**
 * PostgreSQL never runs as root. As an ordinary user it runs directly. As root it runs in a user namespace in which root is user 1000: no user is made on
 * the host, and a data directory below a 0700 root directory still works. Where user namespaces are off, it runs as the user named by
 * MARGAY_POSTGRES_USER (default `nobody`), who must be able to reach the data directory.
 */
export function chooseAccount(): Account {
  if (process.getuid?.() !== 0) return { prefix: [], ids: null, description: 'this user' };
  if (spawnSync(USER_NAMESPACE[0], [...USER_NAMESPACE.slice(1), 'true']).status === 0)
    return { prefix: USER_NAMESPACE, ids: null, description: 'user namespace' };
  const user = process.env.MARGAY_POSTGRES_USER ?? 'nobody';
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout));
  if (!uid || !gid)
    throw new MargayError(
      'PRECONDITION_FAILED',
      `user namespaces are off here and there is no user "${user}": set MARGAY_POSTGRES_USER to an unprivileged user, or DATABASE_URL to a PostgreSQL server`,
    );
  return { prefix: [], ids: { uid, gid }, description: `user ${user}` };
}

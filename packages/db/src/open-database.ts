import type { OrgId, UserId } from '@margay/model';
import { MargayError } from '@margay/model';
import { PrismaPg } from '@prisma/adapter-pg';
import { type Prisma, PrismaClient } from './generated/client.ts';

/** Whose rows a transaction sees. Neither: none, and only the functions of schema `gate` answer. */
export interface TenantScope {
  readonly orgId?: OrgId | string | null;
  readonly userId?: UserId | string | null;
}

/** Prisma within one transaction. */
export type Tx = Prisma.TransactionClient;

export interface Database {
  /**
   * Runs `work` in one transaction that sees the rows of `scope` alone. Commits when it resolves, rolls back when it throws.
   * `readOnly` makes the database refuse writes.
   */
  inTenant<T>(scope: TenantScope, work: (tx: Tx) => Promise<T>, options?: { readOnly?: boolean }): Promise<T>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** URL of role margay_app. */
  readonly url: string;
  /** See {@link connectionsMax}. */
  readonly connections: number;
  readonly applicationName: string;
  readonly onError?: (error: Error) => void;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Opens the tenants' database. There is no way in but {@link Database.inTenant}. */
export function openDatabase(options: DatabaseOptions): Database {
  const onError = options.onError ?? ((error: Error) => console.error(`database connection lost: ${error.message}`));
  const adapter = new PrismaPg(
    {
      connectionString: options.url,
      max: options.connections,
      application_name: options.applicationName,
      connectionTimeoutMillis: 10_000,
      idleTimeoutMillis: 60_000,
    },
    { onPoolError: onError, onConnectionError: onError },
  );
  const client = new PrismaClient({
    adapter,
    // Hashes are not even granted to the role; left out here, so that no query asks for them.
    omit: { installToken: { tokenHash: true }, agentCredential: { secretHash: true }, userPassword: { hash: true } },
    transactionOptions: { maxWait: 10_000, timeout: 30_000 },
  });
  return {
    inTenant: (scope, work, { readOnly = false } = {}) =>
      client.$transaction(async (tx) => {
        await setScope(tx, scope, readOnly);
        return await work(tx);
      }),
    close: () => client.$disconnect(),
  };
}

/** Changes the scope of a running transaction: only for a verb that has just proved who is there (a token, a new organisation). */
export async function setScope(tx: Tx, scope: TenantScope, readOnly = false): Promise<void> {
  const [org, user] = [scope.orgId ?? '', scope.userId ?? ''];
  if ((org !== '' && !UUID.test(org)) || (user !== '' && !UUID.test(user)))
    throw new MargayError('INTERNAL', 'the scope of a transaction must be UUIDs');
  await tx.$queryRaw`select set_config('app.org', ${org}, true), set_config('app.user', ${user}, true),
    set_config('transaction_read_only', ${readOnly ? 'on' : 'off'}, true)`;
}

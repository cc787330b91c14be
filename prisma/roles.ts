import { MargayError } from '@margay/model';
import type pg from 'pg';
import { escapeIdentifier, escapeLiteral } from 'pg';

const LOGIN_ROLES = ['app', 'ingest', 'rollup', 'queue'] as const;
export type Passwords = Readonly<Record<(typeof LOGIN_ROLES)[number], string>>;

const ATTRIBUTES = 'NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS';

/**
 * Makes the roles Margay runs under and sets their passwords. Roles belong to the whole server, so another database's migration may do the same at the same moment:
 * what it made first is taken as made.
 *
 * @throws MargayError PRECONDITION_FAILED where the owner may not.
 */
export async function ensureRoles(client: pg.Client, passwords: Passwords): Promise<void> {
  try {
    await makeRoles(client, passwords);
  } catch (cause) {
    if ((cause as { code?: string }).code !== '42501') throw cause;
    const text = `the database role ${client.user ?? ''} may not make or change the roles margay_*: give it CREATEROLE, let it own the database, and where another role made them, grant them to it WITH ADMIN OPTION`;
    throw new MargayError('PRECONDITION_FAILED', text, { cause });
  }
}

async function makeRoles(client: pg.Client, passwords: Passwords): Promise<void> {
  await ensureRole(client, 'margay_gate');
  for (const role of LOGIN_ROLES) {
    await ensureRole(client, `margay_${role}`);
    await patiently(client, `ALTER ROLE margay_${role} LOGIN PASSWORD ${escapeLiteral(passwords[role])}`);
  }
  // To give it functions. A superuser needs no membership; the owner of a hosted server, who is none, does.
  await patiently(client, 'GRANT margay_gate TO CURRENT_USER');
  const { rows } = await client.query<{ name: string }>('SELECT current_database() AS name');
  const database = escapeIdentifier(rows[0]?.name ?? '');
  await client.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`);
  const logins = LOGIN_ROLES.map((role) => `margay_${role}`).join(', ');
  await client.query(`GRANT CONNECT ON DATABASE ${database} TO ${logins}`);
}

async function ensureRole(client: pg.Client, name: string): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [name]);
  if (rowCount) return;
  await client.query(`CREATE ROLE ${name} ${ATTRIBUTES} NOLOGIN`).catch((error: { code?: string }) => {
    if (error.code !== '42710' && error.code !== '23505') throw error;
  });
}

/** "tuple concurrently updated" (XX000): two migrations on one server altered a role at once; the last one stands. */
async function patiently(client: pg.Client, sql: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.query(sql);
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== 'XX000' || attempt === 10) throw error;
    }
  }
}

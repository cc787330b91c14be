import { randomBytes } from 'node:crypto';
import { testDatabase } from '@margay/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { drift } from './drift.ts';
import { migrate } from './migrate.ts';

let database: Awaited<ReturnType<typeof testDatabase>>;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

describe('migrations', () => {
  it('give just the tables that schema/ describes', async () => {
    expect(await drift(database.urls.owner)).toBe('');
  });

  it('drift names what migrations and schema do not share', async () => {
    const other = await testDatabase();
    await other.query('owner', 'ALTER TABLE clusters DROP COLUMN kubernetes_version');
    expect(await drift(other.urls.owner)).toMatch(/ALTER TABLE "clusters" ADD COLUMN +"kubernetes_version"/);
    await other.close();
  });

  it('done again, and by several at once, are done once', async () => {
    const server = inject('margayPostgres');
    const name = `${server.prefix}${randomBytes(5).toString('hex')}`;
    const ownerUrl = await createDatabase(name);
    const options = { ownerUrl, passwords: server.passwords };
    const results = await Promise.all([migrate(options), migrate(options), migrate(options)]);
    const applied = results.map((result) => result.applied.length).sort((a, b) => b - a);
    expect(applied[0]).toBeGreaterThan(3);
    expect(applied.slice(1)).toEqual([0, 0]);
    expect(await migrate(options)).toEqual({ applied: [] });
  });

  it('need no superuser: a role that owns the database and may make roles is enough', async () => {
    const server = inject('margayPostgres');
    const name = `${server.prefix}${randomBytes(5).toString('hex')}`;
    const role = `hosted_${randomBytes(5).toString('hex')}`;
    await asAdmin(`CREATE ROLE ${role} LOGIN CREATEROLE PASSWORD 'hosted'`);
    const ownerUrl = await createDatabase(name, role);
    const options = { ownerUrl: withLogin(ownerUrl, role, 'hosted'), passwords: server.passwords };
    try {
      // Roles that another role made first: the words say what to do, then it is done.
      const [{ version }] = (await database.query<{ version: number }>(
        'owner',
        "select current_setting('server_version_num')::int as version",
      )) as [{ version: number }];
      if (version >= 160_000) {
        await expect(migrate(options)).rejects.toMatchObject({
          code: 'PRECONDITION_FAILED',
          message: expect.stringContaining('WITH ADMIN OPTION'),
        });
        await asAdmin(
          `GRANT margay_app, margay_ingest, margay_rollup, margay_queue, margay_gate TO ${role} WITH ADMIN OPTION`,
        );
      }
      expect((await migrate(options)).applied.length).toBeGreaterThan(3);
      expect(await drift(options.ownerUrl)).toBe('');
    } finally {
      await asAdmin(`DROP DATABASE ${name} WITH (FORCE)`);
      await asAdmin(`DROP ROLE ${role}`);
    }
  });
});

async function asAdmin(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('margayPostgres').adminUrl });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

async function createDatabase(name: string, owner?: string): Promise<string> {
  await asAdmin(`CREATE DATABASE ${name} ${owner ? `OWNER ${owner}` : ''}`);
  return Object.assign(new URL(inject('margayPostgres').adminUrl), { pathname: `/${name}` }).href;
}

function withLogin(url: string, username: string, password: string): string {
  return Object.assign(new URL(url), { username, password }).href;
}

import { randomUUID } from 'node:crypto';
import { ClusterId } from '@margay/model';
import { type TestDatabase, testDatabase, testDeps } from '@margay/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { World } from './other-tenant-cases.ts';
import { createWorld } from './world.ts';

/** With every check of the verbs off: what the database alone lets each role see and do. */
let database: TestDatabase;
let world: World;
let tables: { name: string; org: boolean; own: string | null }[];
beforeAll(async () => {
  database = await testDatabase();
  world = await createWorld(testDeps(database));
  await database.maintenance.rollUp(Date.now());
  await database.flowStore.forget({ orgId: world.own.orgId, clusterId: ClusterId.parse(randomUUID()) });
  tables = await database.query(
    'owner',
    `select format('%I.%I', n.nspname, c.relname) as name,
       exists(select from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id') as org,
       (select a.attname from pg_attribute a where a.attrelid = c.oid and a.attname = 'user_id') as own
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and not c.relispartition and c.relname <> '_prisma_migrations'
       and n.nspname not in ('pg_catalog', 'information_schema', 'bullmq') order by 1`,
  );
});
afterAll(() => database.close());

/** Runs one statement as `role` in a scope; its rows, or the SQLSTATE it was refused with. */
async function attempt(
  role: 'app' | 'ingest' | 'rollup' | 'queue',
  scope: { org?: string; user?: string },
  sql: string,
  values: unknown[] = [],
) {
  const client = new pg.Client({ connectionString: database.urls[role] });
  await client.connect();
  try {
    await client.query('begin');
    await client.query("select set_config('app.org', $1, true), set_config('app.user', $2, true)", [
      scope.org ?? '',
      scope.user ?? '',
    ]);
    const { rows, rowCount } = await client.query(sql, values);
    return { rows: rows as Record<string, unknown>[], rowCount };
  } catch (error) {
    return { refused: (error as { code: string }).code };
  } finally {
    await client.query('rollback').catch(() => undefined);
    await client.end();
  }
}
const DENIED = { refused: '42501' };
const appMay = (privilege: string) =>
  database.query<{ name: string }>(
    'owner',
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not in ('pg_catalog', 'information_schema')
       and (has_table_privilege('margay_app', c.oid, $1) or has_any_column_privilege('margay_app', c.oid, $2))`,
    [privilege, privilege === 'DELETE' ? 'INSERT' : privilege],
  );

describe('row-level security', () => {
  it('stands on every table that the application may touch in any way, but for those that hold no tenant', async () => {
    const bare = await database.query<{ name: string }>(
      'owner',
      `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not in ('pg_catalog', 'information_schema')
         and (has_table_privilege('margay_app', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
           or has_any_column_privilege('margay_app', c.oid, 'SELECT, INSERT, UPDATE, REFERENCES'))
         and not c.relrowsecurity order by 1`,
    );
    const withoutTenant = tables.filter(({ org, own }) => !org && own === null).map(({ name }) => name);
    expect(bare.map(({ name }) => name).filter((name) => !withoutTenant.includes(name))).toEqual([]);
    // How far the flow store's roll-up has come, and its levels.
    expect(bare.map(({ name }) => name).filter((name) => !['flow.cursor', 'flow.levels'].includes(name))).toEqual([]);
    expect((await appMay('SELECT')).length).toBeGreaterThan(10);
  });

  it('stands, forced, on every table of people and tenants, whoever may touch it', async () => {
    expect(tables.filter(({ org, own }) => org || own).length).toBeGreaterThan(10);
    const bare = await database.query<{ name: string }>(
      'owner',
      `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relname <> '_prisma_migrations' and not (c.relrowsecurity and c.relforcerowsecurity)`,
    );
    expect(bare).toEqual([]);
  });

  it('shows nothing of a tenant to another, and nothing of anybody where no scope is set', async () => {
    const { own, other } = world;
    const ofTenants = tables.filter(({ org }) => org);
    expect(ofTenants.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['public.clusters', 'flow.flow_5s', 'flow.edge_1h']),
    );
    for (const { name, org } of ofTenants) {
      const [count] = await database.query<{ rows: string }>(
        'owner',
        `select count(*) as rows from ${name} where org_id = $1`,
        [own.orgId],
      );
      expect([name, Number(count?.rows) > 0]).toEqual([name, true]);
      const sql = `select org_id from ${name}`;
      for (const scope of [{ org: other.orgId, user: other.people.owner.userId }, {}, { org: randomUUID() }]) {
        const { rows } = await attempt('app', scope, sql);
        expect([name, org, rows?.filter((row) => row.org_id === own.orgId)]).toEqual([name, true, []]);
        if (!scope.org) expect([name, rows]).toEqual([name, []]);
      }
      const mine = await attempt('app', { org: own.orgId }, sql);
      expect([name, (mine.rows?.length ?? 0) > 0]).toEqual([name, true]);
    }
  });

  it('shows people, sessions and organisations to those they belong to', async () => {
    const { own, other } = world;
    const seen = async (scope: { org?: string; user?: string }, sql: string) =>
      (await attempt('app', scope, sql)).rows?.length;
    expect(await seen({}, 'select id from users')).toBe(0);
    expect(await seen({ user: own.people.viewer.userId }, 'select id from users')).toBe(1);
    expect(await seen({ org: own.orgId }, 'select id from users')).toBe(4);
    expect(await seen({}, 'select id from orgs')).toBe(0);
    expect(await seen({ user: other.people.owner.userId }, 'select id from orgs')).toBe(1);
    expect(await seen({ user: own.people.owner.userId }, `select id from orgs where id = '${other.orgId}'`)).toBe(0);
    expect(await attempt('app', { user: own.people.owner.userId }, 'select hash from user_passwords')).toEqual(DENIED);
    expect(await attempt('app', { org: own.orgId }, 'select token_hash from install_tokens')).toEqual(DENIED);
    expect(await attempt('app', { org: own.orgId }, 'select secret_hash from agent_credentials')).toEqual(DENIED);
  });

  it('lets nobody write into another tenant, nor move a row there', async () => {
    const { own, other, cluster } = world;
    const scope = { org: other.orgId, user: other.people.owner.userId };
    const insert = 'insert into clusters (org_id, id, name, created_at) values ($1, $2, $3, now())';
    expect(await attempt('app', scope, insert, [own.orgId, randomUUID(), 'theirs'])).toEqual(DENIED);
    expect(await attempt('app', {}, insert, [own.orgId, randomUUID(), 'nobodys'])).toEqual(DENIED);
    const member = "insert into memberships (org_id, user_id, role, created_at) values ($1, $2, 'owner', now())";
    expect(await attempt('app', scope, member, [own.orgId, other.people.owner.userId])).toEqual(DENIED);
    const foreign = [cluster.clusterId];
    expect(await attempt('app', scope, "update clusters set name = 'x' where id = $1", foreign)).toMatchObject({
      rowCount: 0,
    });
    expect(await attempt('app', scope, 'delete from agents where cluster_id = $1', foreign)).toMatchObject({
      rowCount: 0,
    });
    // A foreign key on (org_id, id): not even a reference crosses over.
    const run = 'insert into recommendation_runs (org_id, cluster_id) values ($1, $2)';
    expect(await attempt('app', scope, run, [other.orgId, cluster.clusterId])).toEqual({ refused: '23503' });
    expect(await attempt('app', { org: own.orgId }, 'update clusters set org_id = $1', [other.orgId])).toEqual(DENIED);
  });
});

describe('what roles own and may', () => {
  it('the audit logs can be added to and read, never changed', async () => {
    const { own } = world;
    for (const table of ['audit_log', 'account_log']) {
      expect(await attempt('app', { org: own.orgId }, `update ${table} set action = 'x'`)).toEqual(DENIED);
      expect(await attempt('app', { org: own.orgId }, `delete from ${table}`)).toEqual(DENIED);
      expect(await attempt('app', { org: own.orgId }, `truncate ${table}`)).toEqual(DENIED);
    }
  });

  it('the roles that log in own nothing outside the queue, pass no row-level security and make no roles', async () => {
    const owned = await database.query(
      'owner',
      `select r.rolname, n.nspname, c.relname from pg_class c join pg_roles r on r.oid = c.relowner join pg_namespace n on n.oid = c.relnamespace
       where r.rolname in ('margay_app', 'margay_ingest', 'margay_rollup') or (r.rolname = 'margay_queue' and n.nspname <> 'bullmq')`,
    );
    expect(owned).toEqual([]);
    const strong = await database.query(
      'owner',
      `select rolname from pg_roles where rolname like 'margay\\_%' and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)`,
    );
    expect(strong).toEqual([]);
    const members = await database.query(
      'owner',
      `select m.rolname from pg_auth_members a join pg_roles g on g.oid = a.roleid join pg_roles m on m.oid = a.member
       where m.rolname like 'margay\\_%'`,
    );
    expect(members).toEqual([]);
  });

  it('ingest, roll-up and queue see no table of people and tenants', async () => {
    const names = tables.map(({ name }) => name).filter((name) => name.startsWith('public.'));
    for (const role of ['ingest', 'rollup', 'queue'] as const)
      for (const name of names)
        expect([role, name, await attempt(role, { org: world.own.orgId }, `select 1 from ${name}`)]).toEqual([
          role,
          name,
          DENIED,
        ]);
  });

  it('the queue role is shut in its schema, and nobody else is let in there', async () => {
    for (const { name } of tables.filter((table) => table.name.startsWith('flow.')))
      expect([name, await attempt('queue', {}, `select 1 from ${name}`)]).toEqual([name, DENIED]);
    for (const role of ['app', 'ingest', 'rollup'] as const)
      expect([role, await attempt(role, {}, 'select 1 from bullmq.migration')]).toEqual([role, DENIED]);
    expect(await attempt('queue', {}, 'create table bullmq.mine (a int)')).toMatchObject({ rowCount: null });
    expect(await attempt('queue', {}, 'create table public.mine (a int)')).toEqual(DENIED);
    expect(await attempt('queue', {}, 'create schema mine')).toEqual(DENIED);
    expect(await attempt('queue', {}, "select * from gate.sign_in('a@example.org')")).toEqual(DENIED);
  });

  it('functions that look past the walls have a fixed search path, a caller named by grant, and an owner who cannot log in', async () => {
    const definers = await database.query<{
      name: string;
      owner: string;
      login: boolean;
      super: boolean;
      path: string | null;
      public: boolean;
    }>(
      'owner',
      `select p.oid::regprocedure::text as name, r.rolname as owner, r.rolcanlogin as login, r.rolsuper as super,
         (select c from unnest(p.proconfig) c where c like 'search_path=%') as path,
         exists(select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee = 0) as public
       from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_roles r on r.oid = p.proowner
       where p.prosecdef and n.nspname not in ('pg_catalog', 'information_schema')`,
    );
    expect(definers.length).toBeGreaterThanOrEqual(6);
    for (const definer of definers) {
      expect(definer).toMatchObject({ public: false, path: expect.stringMatching(/^search_path=(pg_catalog|""|)/) });
      if (definer.name.startsWith('gate.'))
        expect(definer).toMatchObject({ owner: 'margay_gate', login: false, super: false });
    }
  });

  it('the application reaches flows by their parents alone, ingest can add to them and read none', async () => {
    const reach = await database.query<{ name: string }>(
      'owner',
      `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'flow' and c.relispartition and has_table_privilege('margay_app', c.oid, 'SELECT, INSERT, UPDATE, DELETE')`,
    );
    expect(reach).toEqual([]);
    for (const { name } of tables.filter((table) => table.name.startsWith('flow.') && table.org))
      expect([name, await attempt('ingest', { org: world.own.orgId }, `select 1 from ${name}`)]).toEqual([
        name,
        DENIED,
      ]);
    const parts = await database.query<{ name: string }>(
      'owner',
      `select format('flow.%I', c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'flow' and c.relispartition and c.relkind = 'r'`,
    );
    expect(parts.length).toBeGreaterThan(0);
    for (const role of ['app', 'ingest', 'queue'] as const)
      for (const { name } of parts.slice(0, 20))
        expect([role, name, await attempt(role, { org: world.own.orgId }, `select 1 from ${name}`)]).toEqual([
          role,
          name,
          DENIED,
        ]);
  });

  it('ingest may admit agents by the gate and look at nothing else of it', async () => {
    const none = { rows: [], rowCount: 0 };
    expect(
      await attempt('ingest', {}, 'select * from gate.admit_agent($1, $2, now())', [randomUUID(), Buffer.alloc(32)]),
    ).toEqual(none);
    for (const call of [
      "gate.sign_in('a@b.c')",
      `gate.session('${randomUUID()}', now())`,
      "gate.user_by_email('a@b.c')",
      "gate.install_token('x')",
      'gate.live_clusters()',
      'gate.demo_clusters()',
    ])
      expect([call, await attempt('ingest', {}, `select * from ${call}`)]).toEqual([call, DENIED]);
  });
});

describe('the scope of a transaction', () => {
  it('is right in each of 200 at once, of two tenants mixed', async () => {
    const { own, other } = world;
    const scopes = Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? own : other).orgId);
    const seen = await Promise.all(
      scopes.map((orgId) =>
        database.db.inTenant({ orgId }, async (tx) => {
          const before = await tx.org.findMany({ select: { id: true } });
          await tx.$queryRaw`select pg_sleep(0.002)::text`;
          const after = await tx.membership.findMany({ select: { orgId: true }, distinct: ['orgId'] });
          return [...before.map(({ id }) => id), ...after.map((row) => row.orgId)];
        }),
      ),
    );
    expect(seen).toEqual(scopes.map((orgId) => [orgId, orgId]));
  });

  it('ends with the transaction: the next one on the same connection has none', async () => {
    await database.db.inTenant({ orgId: world.own.orgId }, (tx) => tx.org.count());
    const left = await Promise.all(
      Array.from({ length: 20 }, () => database.db.inTenant({}, (tx) => tx.membership.count())),
    );
    expect(left).toEqual(left.map(() => 0));
  });

  it('refuses a read transaction that writes, and a scope that is no UUID', async () => {
    const write = database.db.inTenant(
      { orgId: world.own.orgId },
      (tx) => tx.cluster.updateMany({ data: { name: 'x' } }),
      { readOnly: true },
    );
    await expect(write).rejects.toThrow(/read-only/);
    const bad = database.db.inTenant({ orgId: "' or true --" }, (tx) => tx.org.count());
    await expect(bad).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});

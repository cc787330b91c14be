import { MargayError } from '@margay/model';
import { type Context, verb, verbs } from '@margay/services';
import { createTenant, type Tenant, type TestDatabase, type TestDeps, testDatabase, testDeps } from '@margay/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

let database: TestDatabase;
let deps: TestDeps;
let tenant: Tenant;
beforeAll(async () => {
  database = await testDatabase();
  deps = testDeps(database);
  tenant = await createTenant(deps);
});
afterAll(() => database.close());

const actions = async () => {
  const { rows } = await verbs['audit.list'](tenant.as('owner'), { limit: 200 });
  return rows.map(({ action }) => action);
};
const names = async () => (await verbs['cluster.list'](tenant.as('owner'), {})).map(({ name }) => name);

describe('a write and its audit row', () => {
  it('stand together, with who, what and by which request', async () => {
    const ctx = tenant.as('admin');
    const { id } = await verbs['cluster.create'](ctx, { name: 'audited' });
    const [row] = await database.query<Record<string, unknown>>(
      'owner',
      "select * from audit_log where org_id = $1 and action = 'cluster.created'",
      [tenant.orgId],
    );
    expect(row).toMatchObject({
      actor_kind: 'user',
      actor_id: tenant.people.admin.userId,
      actor_name: tenant.people.admin.name,
      subject: 'cluster audited',
      before: null,
      after: { id, name: 'audited' },
      request_id: ctx.requestId,
    });
  });

  it('the row goes with the write that fails after it', async () => {
    const before = [await actions(), await names()];
    const outer = verb({
      name: 'test.outer',
      kind: 'write',
      needs: 'cluster.write',
      input: z.object({}),
      output: z.object({}),
      run: async ({ ctx }) => {
        await verbs['cluster.create'](ctx, { name: 'never' });
        throw new MargayError('PRECONDITION_FAILED', 'changed my mind');
      },
    });
    await expect(outer(tenant.as('owner'), {})).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
    expect([await actions(), await names()]).toEqual(before);
  });

  it('the write goes with the row that fails', async () => {
    const before = [await actions(), await names()];
    // A subject that PostgreSQL refuses stands for any failure of the audit row.
    const unheard = verb({
      name: 'test.unheard',
      kind: 'write',
      needs: 'cluster.write',
      input: z.object({}),
      output: z.object({}),
      run: async ({ ctx }) => {
        await verbs['cluster.create'](ctx, { name: 'unheard' });
        return { result: {}, audit: { action: 'test', subject: 'a\0b' } };
      },
    });
    await expect(unheard(tenant.as('owner'), {})).rejects.toBeInstanceOf(MargayError);
    expect([await actions(), await names()]).toEqual(before);
  });

  it('of a verb called by a verb is one transaction, and both are told', async () => {
    const outer = verb({
      name: 'test.both',
      kind: 'write',
      needs: 'cluster.write',
      input: z.object({}),
      output: z.object({ seen: z.number() }),
      run: async ({ ctx, db, orgId }) => {
        const { id } = await verbs['cluster.create'](ctx, { name: 'joined' });
        return {
          result: { seen: await db.cluster.count({ where: { orgId, id } }) },
          audit: { action: 'test.both', subject: 'x' },
        };
      },
    });
    expect(await outer(tenant.as('owner'), {})).toEqual({ seen: 1 });
    expect((await actions()).slice(0, 2)).toEqual(['test.both', 'cluster.created']);
  });

  it('a read verb cannot write, not even through another verb', async () => {
    const reading = (run: (ctx: Context) => Promise<unknown>) =>
      verb({
        name: 'test.read',
        kind: 'read',
        needs: 'cluster.read',
        input: z.object({}),
        output: z.object({}),
        run: async ({ ctx, db }) => {
          await run(ctx);
          await db.cluster.updateMany({ data: { name: 'written' } });
          return {};
        },
      });
    const ctx = tenant.as('owner');
    await expect(reading((inner) => verbs['cluster.create'](inner, { name: 'sneaky' }))(ctx, {})).rejects.toMatchObject(
      {
        code: 'INTERNAL',
        message: expect.stringContaining('read verb'),
      },
    );
    await expect(reading(async () => undefined)(ctx, {})).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(await names()).not.toContain('written');
  });

  it('two that want the same name at once: one has it, the other a conflict in plain words, and no audit row', async () => {
    const before = (await actions()).length;
    const tries = await Promise.allSettled(
      Array.from({ length: 8 }, () => verbs['cluster.create'](tenant.as('owner'), { name: 'Wanted' })),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of tries)
      if (result.status === 'rejected')
        expect(result.reason).toMatchObject({
          code: 'CONFLICT',
          message: expect.stringContaining('choose another name'),
        });
    expect((await actions()).length).toBe(before + 1);
    await expect(verbs['cluster.create'](tenant.as('owner'), { name: 'wanted' })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });

  it('an answer of the wrong shape is ours to mend, not shown, and takes the write back', async () => {
    const broken = verb({
      name: 'test.broken',
      kind: 'write',
      needs: 'cluster.write',
      input: z.object({}),
      output: z.object({ id: z.uuid() }),
      run: async ({ ctx }) => {
        await verbs['cluster.create'](ctx, { name: 'broken' });
        return { result: { id: 'no uuid' }, audit: { action: 'test', subject: 'x' } };
      },
    });
    await expect(broken(tenant.as('owner'), {})).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(await names()).not.toContain('broken');
  });
});

describe('a database that cannot be asked just now', () => {
  /** What PostgreSQL says while it starts up, shuts down, has no connection left; and something that is our fault. */
  it.each([
    ['57P03', 'UNAVAILABLE'],
    ['57P01', 'UNAVAILABLE'],
    ['53300', 'UNAVAILABLE'],
    ['08006', 'UNAVAILABLE'],
    ['42P01', 'INTERNAL'],
  ])('SQLSTATE %s of a raw query is %s', async (state, code) => {
    const failing = verb({
      name: 'test.failing',
      kind: 'read',
      needs: 'cluster.read',
      input: z.object({}),
      output: z.object({}),
      run: async ({ db }) => {
        await db.$executeRawUnsafe(`DO $$ BEGIN RAISE EXCEPTION 'as told' USING ERRCODE = '${state}'; END $$`);
        return {};
      },
    });
    await expect(failing(tenant.as('owner'), {})).rejects.toMatchObject({ code });
  });
});

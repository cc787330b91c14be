import { type Context, type VerbName, verbs } from '@margay/services';
import { testDatabase, testDeps } from '@margay/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CASES, type Case, type World } from './other-tenant-cases.ts';
import { createWorld } from './world.ts';

let database: Awaited<ReturnType<typeof testDatabase>>;
let world: World;
beforeAll(async () => {
  database = await testDatabase();
  world = await createWorld(testDeps(database));
});
afterAll(() => database.close());

const call = (name: VerbName, ctx: Context, input: unknown) =>
  (verbs[name] as (ctx: Context, input: unknown) => Promise<unknown>)(ctx, input);

/** Every row of the tenant, as text: what another tenant's call must not change. */
async function rowsOf(orgId: string): Promise<string> {
  const tables = await database.query<{ name: string }>(
    'owner',
    `select format('%I.%I', n.nspname, c.relname) as name from pg_attribute a join pg_class c on c.oid = a.attrelid
     join pg_namespace n on n.oid = c.relnamespace
     where a.attname = 'org_id' and c.relkind in ('r', 'p') and not c.relispartition and n.nspname in ('public', 'flow') order by 1`,
  );
  expect(tables.length).toBeGreaterThan(5);
  const parts = tables.map(
    ({ name }) =>
      `select '${name}' as name, json_agg(t order by t::text)::text as rows from ${name} t where org_id = $1`,
  );
  return JSON.stringify(await database.query('owner', parts.join(' union all '), [orgId]));
}

/** What would show that an answer holds something of the tenant. */
const marks = ({ own, cluster }: World) => [
  own.orgId,
  own.name,
  cluster.clusterId,
  cluster.name,
  ...Object.values(own.people).flatMap(({ userId, email }) => [userId, email]),
];
const holdsAny = (answer: unknown) => marks(world).some((mark) => JSON.stringify(answer).includes(mark));

describe('every verb, called by another tenant', () => {
  it('has a case, and every case has a verb', () => {
    expect(Object.keys(CASES).sort()).toEqual(Object.keys(verbs).sort());
    for (const [name, verb] of Object.entries(verbs)) expect(verb.verb).toBe(name);
  });

  for (const name of Object.keys(CASES) as VerbName[]) {
    const it_ = CASES[name] as Case;
    it(name, async () => {
      const input = await it_.input(world);
      const own = await call(name, it_.ctx(world), input);
      // A verb that uses its object up is proved on a second one, which its tenant can still use afterwards.
      const again = it_.usesUp ? await it_.input(world) : input;
      const before = await rowsOf(world.own.orgId);
      const { other } = it_;
      const result = call(
        name,
        it_.otherCtx(world),
        typeof other === 'object' && 'proof' in other ? other.proof : again,
      );
      if (other === 'NOT_FOUND') await expect(result).rejects.toMatchObject({ code: 'NOT_FOUND' });
      else if (other === 'own') await result;
      else if (other === 'nothing') expect([holdsAny(own), holdsAny(await result)]).toEqual([true, false]);
      else await expect(result).rejects.toMatchObject({ code: expect.stringMatching(/^(NOT_FOUND|UNAUTHENTICATED)$/) });
      expect(await rowsOf(world.own.orgId)).toBe(before);
      if (other === 'NOT_FOUND' && it_.usesUp) await call(name, it_.ctx(world), again);
    });
  }
});

describe('every write, called by a role that may not', () => {
  const writes = Object.values(verbs).filter(({ kind, needs }) => kind === 'write' && needs.includes('.'));

  it.each(writes.map(({ verb }) => verb as VerbName))('%s is refused to a viewer', async (name) => {
    const input = await (CASES[name] as Case).input(world);
    const before = await rowsOf(world.own.orgId);
    await expect(call(name, world.own.as('viewer'), input)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await rowsOf(world.own.orgId)).toBe(before);
  });

  it.each(writes.map(({ verb }) => verb as VerbName))('%s is refused to an agent and to nobody', async (name) => {
    const input = await (CASES[name] as Case).input(world);
    await expect(call(name, world.cluster.asAgent(), input)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const nobody = { ...world.own.as('owner'), actor: { kind: 'nobody' } } as const;
    await expect(call(name, nobody, input)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it.each(
    Object.values(verbs)
      .filter(({ needs }) => needs === 'agent' || needs === 'system')
      .map(({ verb }) => verb as VerbName),
  )('%s is refused to people, owners too', async (name) => {
    const input = await (CASES[name] as Case).input(world);
    await expect(call(name, world.own.as('owner'), input)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

import { randomBytes, randomUUID } from 'node:crypto';
import { authenticate, nobodyContext, readSession, signIn, userContext, verbs } from '@margay/services';
import { createTenant, type TestDatabase, type TestDeps, testDatabase, testDeps } from '@margay/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let database: TestDatabase;
let deps: TestDeps;
beforeAll(async () => {
  database = await testDatabase();
  deps = testDeps(database);
});
afterAll(() => database.close());

const PASSWORD = 'correct horse battery';
const meta = (now = new Date()) => ({ requestId: randomUUID(), now });
const from = (address = '192.0.2.1', now = new Date()) => ({ ...meta(now), address, userAgent: 'vitest' });
async function signedUp() {
  const email = `ada-${randomBytes(4).toString('hex')}@example.org`;
  await verbs['account.signUp'](nobodyContext(deps, meta()), { name: 'Ada', email, password: PASSWORD });
  return { email, password: PASSWORD };
}

describe('signing up', () => {
  it('keeps an argon2id hash and nothing else of the password', async () => {
    const { email } = await signedUp();
    const [row] = await database.query<{ hash: string }>(
      'owner',
      'select hash from user_passwords p join users u on u.id = p.user_id where u.email = $1',
      [email],
    );
    expect(row?.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('takes an address once, however it is written', async () => {
    const { email, password } = await signedUp();
    const again = { name: 'Eve', email: ` ${email.toUpperCase()} `, password };
    await expect(verbs['account.signUp'](nobodyContext(deps, meta()), again)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('sign in'),
    });
  });

  it('says what is wrong with what was entered', async () => {
    const call = verbs['account.signUp'](nobodyContext(deps, meta()), {
      name: ' ',
      email: 'nobody',
      password: 'short',
    });
    const issues = ['name', 'email', 'password'].map((path) => expect.objectContaining({ path }));
    await expect(call).rejects.toMatchObject({ code: 'VALIDATION', details: { issues } });
  });
});

describe('signing in', () => {
  it('opens a session that is read with its organisations, and ends at once when signed out', async () => {
    const credentials = await signedUp();
    const { sessionId, user } = await signIn(deps, credentials, from());
    const session = await readSession(deps, sessionId, new Date());
    expect(session).toMatchObject({
      sessionId,
      user: { id: user.userId, email: credentials.email, name: 'Ada' },
      orgs: [],
    });
    const ctx = userContext(deps, session!, null, meta());
    const org = await verbs['org.create'](ctx, { name: 'Acme' });
    const fresh = await readSession(deps, sessionId, new Date());
    expect(fresh?.orgs).toEqual([{ id: org.id, slug: org.slug, name: 'Acme', role: 'owner' }]);
    expect(userContext(deps, fresh!, org.slug, meta())).toMatchObject({ orgId: org.id, role: 'owner' });
    await verbs['account.signOut'](ctx, {});
    expect(await readSession(deps, sessionId, new Date())).toBeNull();
  });

  it('everywhere ends every session of that person and of nobody else', async () => {
    const [ada, bob] = [await signedUp(), await signedUp()];
    const sessions = [
      await signIn(deps, ada, from()),
      await signIn(deps, ada, from()),
      await signIn(deps, bob, from()),
    ];
    const session = await readSession(deps, sessions[0]!.sessionId, new Date());
    expect(await verbs['account.signOutEverywhere'](userContext(deps, session!, null, meta()), {})).toEqual({
      ended: 2,
    });
    const live = await Promise.all(sessions.map(({ sessionId }) => readSession(deps, sessionId, new Date())));
    expect(live.map((one) => one !== null)).toEqual([false, false, true]);
  });

  it('a session expires, and what is no session id is none', async () => {
    const { sessionId, expiresAt } = await signIn(deps, await signedUp(), from());
    expect(await readSession(deps, sessionId, new Date(expiresAt.getTime() - 1))).not.toBeNull();
    expect(await readSession(deps, sessionId, expiresAt)).toBeNull();
    for (const bad of [undefined, null, '', "' or true", randomUUID(), 7])
      expect(await readSession(deps, bad, new Date())).toBeNull();
  });

  it('an unknown address and a wrong password get one answer, and take about as long', async () => {
    const { email } = await signedUp();
    const timed = async (who: string, nth: number) => {
      const startedMs = performance.now();
      const attempt = authenticate(deps, { email: who, password: 'x' }, from(`198.51.100.${nth}`));
      await expect(attempt).rejects.toMatchObject({ code: 'UNAUTHENTICATED', message: 'wrong e-mail or password' });
      return performance.now() - startedMs;
    };
    // In turn, and the fastest of each: whatever else this machine does slows both.
    let [wrong, unknown] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let nth = 0; nth < 12; nth++) {
      wrong = Math.min(wrong, await timed(email, nth));
      unknown = Math.min(unknown, await timed('nobody@example.org', nth));
    }
    expect(unknown / wrong).toBeGreaterThan(0.5);
    expect(unknown / wrong).toBeLessThan(2);
  });

  it('is refused for a quarter of an hour after five failures, from that address alone', async () => {
    const credentials = await signedUp();
    const now = new Date();
    for (let i = 0; i < 5; i++)
      await expect(
        authenticate(deps, { ...credentials, password: 'no' }, from('203.0.113.9', now)),
      ).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
      });
    await expect(authenticate(deps, credentials, from('203.0.113.9', now))).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: 'too many attempts: try again in 900 s',
      details: { retryAfterSeconds: 900 },
    });
    await expect(authenticate(deps, credentials, from('203.0.113.10', now))).resolves.toMatchObject({
      email: credentials.email,
    });
    const later = new Date(now.getTime() + 15 * 60_000);
    await expect(authenticate(deps, credentials, from('203.0.113.9', later))).resolves.toMatchObject({
      email: credentials.email,
    });
  });
});

describe('members', () => {
  it('a person who signed up is added, seen, changed and removed; all of it audited', async () => {
    const tenant = await createTenant(deps);
    const { email } = await signedUp();
    const { userId } = await verbs['member.add'](tenant.as('admin'), { email: email.toUpperCase(), role: 'viewer' });
    await expect(verbs['member.add'](tenant.as('admin'), { email, role: 'editor' })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await verbs['member.changeRole'](tenant.as('admin'), { userId, role: 'editor' });
    const members = await verbs['member.list'](tenant.as('viewer'), {});
    expect(members.find((member) => member.userId === userId)).toMatchObject({ email, role: 'editor', name: 'Ada' });
    await verbs['member.remove'](tenant.as('owner'), { userId });
    expect(await verbs['member.list'](tenant.as('viewer'), {})).toHaveLength(4);
    const { rows } = await verbs['audit.list'](tenant.as('admin'), {});
    expect(rows.map(({ action }) => action)).toEqual(['member.removed', 'member.roleChanged', 'member.added']);
    expect(rows[1]).toMatchObject({
      before: { role: 'viewer' },
      after: { role: 'editor' },
      actor: tenant.people.admin.name,
    });
  });

  it('somebody who never signed up cannot be added, and the text says what to do', async () => {
    const tenant = await createTenant(deps);
    await expect(
      verbs['member.add'](tenant.as('owner'), { email: 'new@example.org', role: 'viewer' }),
    ).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('ask them to sign up'),
    });
  });

  it('the last owner stays, also when two owners demote each other at once', async () => {
    const tenant = await createTenant(deps);
    const { owner, admin } = tenant.people;
    const self = { userId: owner.userId };
    const refusal = { code: 'PRECONDITION_FAILED', message: expect.stringContaining('needs an owner') };
    await expect(verbs['member.remove'](tenant.as('owner'), self)).rejects.toMatchObject(refusal);
    await expect(verbs['member.changeRole'](tenant.as('owner'), { ...self, role: 'admin' })).rejects.toMatchObject(
      refusal,
    );
    await verbs['member.changeRole'](tenant.as('owner'), { userId: admin.userId, role: 'owner' });
    const second = { ...tenant.as('admin'), role: 'owner' } as const;
    const results = await Promise.allSettled([
      verbs['member.changeRole'](tenant.as('owner'), { userId: admin.userId, role: 'viewer' }),
      verbs['member.changeRole'](second, { userId: owner.userId, role: 'viewer' }),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const members = await verbs['member.list'](tenant.as('editor'), {});
    expect(members.filter(({ role }) => role === 'owner')).toHaveLength(1);
  });

  it('an admin cannot make owners nor unmake them', async () => {
    const tenant = await createTenant(deps);
    const { owner, editor } = tenant.people;
    const { email } = await signedUp();
    const ctx = () => tenant.as('admin');
    const calls = [
      () => verbs['member.changeRole'](ctx(), { userId: editor.userId, role: 'owner' }),
      () => verbs['member.changeRole'](ctx(), { userId: owner.userId, role: 'viewer' }),
      () => verbs['member.remove'](ctx(), { userId: owner.userId }),
      () => verbs['member.add'](ctx(), { email, role: 'owner' }),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('an organisation of a name that is taken gets an address of its own', async () => {
    const { sessionId } = await signIn(deps, await signedUp(), from());
    const session = await readSession(deps, sessionId, new Date());
    const ctx = userContext(deps, session!, null, meta());
    const name = `Twice ${randomBytes(4).toString('hex')}`;
    const [one, two] = [await verbs['org.create'](ctx, { name }), await verbs['org.create'](ctx, { name })];
    expect(two.slug).toMatch(new RegExp(`^${one.slug}-[0-9a-f]{6}$`));
    const mine = await verbs['org.listMine'](ctx, {});
    expect(mine.map(({ slug, role }) => [slug, role])).toEqual([
      [one.slug, 'owner'],
      [two.slug, 'owner'],
    ]);
    expect(() => userContext(deps, session!, 'somebody-elses', meta())).toThrow(/no such organisation/);
  });

  it('the audit log is read page by page, newest first, each row once', async () => {
    const tenant = await createTenant(deps);
    for (let i = 0; i < 7; i++) await verbs['org.rename'](tenant.as('owner'), { name: `name ${i}` });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await verbs['audit.list'](tenant.as('owner'), { limit: 3, cursor });
      seen.push(...page.rows.map(({ subject }) => subject));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0].map((i) => `organisation name ${i}`));
    await expect(verbs['audit.list'](tenant.as('owner'), { cursor: 'x' })).rejects.toMatchObject({
      code: 'VALIDATION',
    });
  });
});

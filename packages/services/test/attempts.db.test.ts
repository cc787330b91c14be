import { randomBytes, randomUUID } from 'node:crypto';
import { openDatabase } from '@margay/db';
import { authenticate, nobodyContext, verbs } from '@margay/services';
import { type TestDatabase, type TestDeps, testDatabase, testDeps } from '@margay/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let database: TestDatabase;
/** Two processes on one database. */
let one: TestDeps;
let two: TestDeps;
beforeAll(async () => {
  database = await testDatabase();
  one = testDeps(database);
  const options = { url: database.urls.app, connections: 5, applicationName: 'margay-test', onError: () => undefined };
  two = { ...one, db: openDatabase(options) };
});
afterAll(async () => {
  await two.db.close();
  await database.close();
});

const PASSWORD = 'correct horse battery';
const MINUTE_MS = 60_000;
const start = new Date();
const after = (ms: number) => new Date(start.getTime() + ms);
const address = () => `2001:db8::${randomBytes(2).toString('hex')}:${randomBytes(2).toString('hex')}`;
const email = () => `ada-${randomBytes(5).toString('hex')}@example.org`;
const refused = (seconds: number) => ({
  code: 'LIMIT_EXCEEDED',
  message: `too many attempts: try again in ${seconds} s`,
  details: { retryAfterSeconds: seconds },
});
const wrong = { code: 'UNAUTHENTICATED' };

const signUp = (deps: TestDeps, who: { email: string; address?: string }, now = start) =>
  verbs['account.signUp'](nobodyContext(deps, { requestId: randomUUID(), now, address: who.address }), {
    name: 'Ada',
    email: who.email,
    password: PASSWORD,
  });
const attempt = (deps: TestDeps, who: { email: string; address: string; password?: string }, now = start) =>
  authenticate(
    deps,
    { email: who.email, password: who.password ?? 'wrong' },
    { address: who.address, requestId: randomUUID(), now },
  );

describe('signing in', () => {
  it('counts failures of all processes together, also when all come at once', async () => {
    const who = { email: email(), address: address() };
    const results = await Promise.allSettled(
      Array.from({ length: 12 }, (_, index) => attempt(index % 2 === 0 ? one : two, who)),
    );
    const codes = results.map((result) => (result.status === 'rejected' ? result.reason.code : 'in')).sort();
    expect(codes).toEqual([...Array(7).fill('LIMIT_EXCEEDED'), ...Array(5).fill('UNAUTHENTICATED')]);
    await expect(attempt(two, who, after(MINUTE_MS))).rejects.toMatchObject(refused(840));
    await expect(attempt(two, who, after(15 * MINUTE_MS))).rejects.toMatchObject(wrong);
  });

  it('bounds one address over many accounts, and one account over many addresses; a refused attempt counts nowhere', async () => {
    const [shared, target] = [address(), email()];
    for (let i = 0; i < 50; i++) await expect(attempt(one, { email: email(), address: shared })).rejects.toThrow();
    await expect(attempt(two, { email: target, address: shared })).rejects.toMatchObject(refused(900));
    for (let i = 0; i < 50; i++)
      await expect(attempt(one, { email: target, address: address() })).rejects.toMatchObject(wrong);
    await expect(attempt(two, { email: target, address: address() })).rejects.toMatchObject(refused(900));
  }, 30_000);

  it('a success forgets what failed before, and does not count', async () => {
    const who = { email: email(), address: address() };
    await signUp(one, who);
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 4; i++) await expect(attempt(one, who)).rejects.toMatchObject(wrong);
      await expect(attempt(two, { ...who, password: PASSWORD })).resolves.toMatchObject({ email: who.email });
    }
  });

  it('tells the person once a window that somebody was refused', async () => {
    const who = { email: email(), address: address() };
    const { userId } = await signUp(one, who);
    for (let i = 0; i < 5; i++) await expect(attempt(one, who)).rejects.toMatchObject(wrong);
    for (let i = 0; i < 3; i++) await expect(attempt(two, who)).rejects.toMatchObject(refused(900));
    const log = await database.query<{ action: string; subject: string; after: unknown }>(
      'owner',
      "select action, subject, after from account_log where user_id = $1 and action = 'session.refused'",
      [userId],
    );
    expect(log).toEqual([
      {
        action: 'session.refused',
        subject: `account ${who.email}`,
        after: { address: who.address, reason: 'too many attempts' },
      },
    ]);
  });
});

describe('signing up', () => {
  it('is refused after 30 accounts from one address in an hour, in every process, and not from another', async () => {
    const shared = address();
    for (let i = 0; i < 30; i++) await signUp(i % 2 === 0 ? one : two, { email: email(), address: shared });
    const late = { email: email(), address: shared };
    await expect(signUp(two, late, after(MINUTE_MS))).rejects.toMatchObject(refused(3540));
    await expect(signUp(one, { ...late, address: address() })).resolves.toMatchObject({ userId: expect.any(String) });
    await expect(signUp(one, { email: email(), address: shared }, after(60 * MINUTE_MS))).resolves.toBeDefined();
  }, 30_000);

  it('asks about one e-mail five times an hour, whatever came of it', async () => {
    const taken = email();
    await signUp(one, { email: taken, address: address() });
    for (let i = 0; i < 4; i++)
      await expect(signUp(two, { email: taken, address: address() })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(signUp(one, { email: taken, address: address() })).rejects.toMatchObject(refused(3600));
  });

  it('input that is not valid is told so and not counted', async () => {
    const who = { address: address() };
    for (let i = 0; i < 31; i++)
      await expect(signUp(one, { ...who, email: 'nobody' })).rejects.toMatchObject({ code: 'VALIDATION' });
    await expect(signUp(one, { ...who, email: email() })).resolves.toBeDefined();
  });
});

describe('what is kept', () => {
  it('is hashes, goes when its window is over, and no role reads it', async () => {
    const who = { email: email(), address: address() };
    await expect(attempt(one, who)).rejects.toMatchObject(wrong);
    const rows = await database.query<{ key: Buffer; text: string }>(
      'owner',
      'select key, a::text as text from attempts a',
    );
    expect(rows.length).toBeGreaterThan(2);
    expect(rows.every(({ key }) => key.length === 32)).toBe(true);
    expect(rows.some(({ text }) => text.includes(who.email) || text.includes(who.address))).toBe(false);
    const left = async () =>
      Number((await database.query<{ n: string }>('owner', 'select count(*) as n from attempts'))[0]?.n);
    for (let i = 0; (await left()) > 20 && i < 50; i++)
      await expect(attempt(one, who, after(600 * MINUTE_MS + i * 16 * MINUTE_MS))).rejects.toMatchObject(wrong);
    expect(await left()).toBeLessThanOrEqual(20);
    for (const role of ['app', 'ingest', 'rollup', 'queue'] as const)
      await expect(database.query(role, 'select * from public.attempts')).rejects.toMatchObject({ code: '42501' });
  }, 20_000);
});

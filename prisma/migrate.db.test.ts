import { testDatabase } from '@margay/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drift } from './drift.ts';

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
});

import { spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { processesOf, ROOT, startMargay } from '../margay.ts';

const SECOND_START_MS = 15_000;

test('starts a second time in seconds, keeps what was made, and leaves nothing running after Ctrl-C', async ({
  page,
}) => {
  const first = await startMargay();
  const email = `second-${Date.now()}@halden.example`;
  await page.goto(`${first.url}/sign-up`);
  await page.getByLabel('Name', { exact: true }).fill('Second Start');
  await page.getByLabel('Work e-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill('a password of some length');
  await page.getByLabel('Organisation').fill('Second Start');
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByLabel('Cluster name')).toBeVisible();
  expect((await stat(join(first.home, 'secrets.json'))).mode & 0o777).toBe(0o600);
  expect((await stat(first.home)).mode & 0o777).toBe(0o700);
  expect(await first.interrupt()).toBe(0);
  expect(await processesOf(first.home)).toEqual([]);

  const second = await startMargay({ home: first.home });
  try {
    expect(second.startedInMs).toBeLessThan(SECOND_START_MS);
    await page.context().clearCookies();
    await page.goto(`${second.url}/sign-in`);
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password', { exact: true }).fill('a password of some length');
    await page.getByRole('button', { name: /^Sign in/ }).click();
    await expect(page).toHaveURL(/\/o\//);
    const health = await page.request.get(`${second.url}/healthz`);
    expect(await health.json()).toMatchObject({ state: 'ok', version: expect.stringMatching(/^\d+\.\d+/) });
  } finally {
    await second.stop();
  }
  expect(await processesOf(first.home)).toEqual([]);
});

test('a busy PORT is an error that says what to do', async () => {
  const holder = createServer();
  await new Promise<void>((done) => holder.listen(0, '127.0.0.1', done));
  const { port } = holder.address() as { port: number };
  try {
    const { code, output } = await runStart({ PORT: String(port) });
    expect(code).toBe(1);
    expect(output).toContain(`PORT ${port}`);
    expect(output).toContain('PORT=3001 npm start');
  } finally {
    holder.close();
  }
});

test('a variable that makes no sense is named', async () => {
  const { code, output } = await runStart({ PORT: 'many', DATABASE_URL: 'mysql://x' });
  expect(code).toBe(1);
  expect(output).toContain('PORT');
  expect(output).toContain('DATABASE_URL must begin with postgres:');
});

async function runStart(environment: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [join(ROOT, 'infra/start/main.ts')], {
    cwd: ROOT,
    env: { ...process.env, MARGAY_HOME: join(ROOT, 'test-results', `start-${Date.now()}`), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((done) => child.once('exit', done));
  return { code, output };
}

import { expect, test } from '@playwright/test';
import { inspectPage } from './pages.ts';
import { clusterIdOf, signUp } from './sign-up.ts';

const FIRST_EDGE_MS = 20_000;

test('the demo cluster: one click to a graph with a past, one click to be rid of it', async ({ page }) => {
  const run = Date.now();
  const org = `demo-${run}`;
  const url = process.env.MARGAY_E2E_URL ?? '';
  await signUp(page, { url, org, email: `demo-${run}@halden.example` });
  await page.getByRole('button', { name: 'Add the demo cluster' }).click();
  const canvas = page.getByTestId('graph-canvas');
  await expect(canvas).toHaveAttribute('data-edges', /^[1-9]/, { timeout: FIRST_EDGE_MS });
  const clusterId = clusterIdOf(page);
  const base = `${url}/o/${org}/c/${clusterId}`;

  await test.step('the lens shows what a policy of the recorded cluster denies', async () => {
    const denied = page.getByRole('button', { name: /^Denied/ });
    await expect(denied).toContainText(/[1-9]/, { timeout: FIRST_EDGE_MS });
    await denied.click();
    await page.keyboard.press('t');
    await expect(page.getByTestId('graph-table')).toContainText('redis-cart');
  });

  await test.step('it has a past, and a present that goes on', async () => {
    await page.goto(`${base}/flows?last=1h`);
    const rows = page.getByTestId('flows').getByRole('row');
    await expect(rows.nth(1)).toBeVisible();
    const newest = await rows.nth(1).textContent();
    await expect(rows.nth(1)).not.toHaveText(newest ?? '', { timeout: 20_000 });
  });

  await test.step('it is marked, and looks right', async () => {
    await inspectPage(page, 'demo-graph', `${base}/graph`, (at) =>
      expect(at.getByTestId('graph-canvas')).toHaveAttribute('data-state', 'ready'),
    );
    await inspectPage(page, 'demo-connect', `${base}/connect`, (at) =>
      expect(at.getByRole('button', { name: 'Remove the demo cluster' })).toBeVisible(),
    );
    await page.goto(`${url}/o/${org}/clusters`);
    await expect(page.getByTestId('clusters')).toContainText('demo');
  });

  await test.step('and is gone', async () => {
    await page.goto(`${base}/connect`);
    await page.getByRole('button', { name: 'Remove the demo cluster' }).click();
    await expect(page.getByText('No cluster yet')).toBeVisible();
    await page.goto(`${url}/o/${org}/connect`);
    await expect(page.getByRole('button', { name: 'Add the demo cluster' })).toBeVisible();
  });
});

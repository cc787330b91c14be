import { expect, type Page } from '@playwright/test';

/** Signs up with an organisation and names a cluster, as a stranger does. @returns the lab's line as the connect page shows it. */
export async function signUpAndName(
  page: Page,
  { url, org, email, cluster }: { url: string; org: string; email: string; cluster: string },
): Promise<string> {
  await page.goto(`${url}/sign-up`);
  await page.getByLabel('Name', { exact: true }).fill('Ines Halden');
  await page.getByLabel('Work e-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery staple');
  await page.getByLabel('Organisation').fill(org);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByLabel('Cluster name').fill(cluster);
  await page.getByRole('button', { name: /Get the line|Name|Continue/ }).click();
  const line = page.getByTestId('lab-line');
  await expect(line).toBeVisible();
  // On loopback no line is shown that cannot work.
  await expect(page.getByTestId('unreachable')).toBeVisible();
  await expect(page.getByTestId('kubectl-line')).toHaveCount(0);
  return /npm run lab -- --connect "[^"]+"/.exec((await line.textContent()) ?? '')?.[0] ?? '';
}

/** The cluster that the page's address names. */
export function clusterIdOf(page: Page): string {
  return /\/c\/([0-9a-f-]{36})\//.exec(page.url())?.[1] ?? '';
}

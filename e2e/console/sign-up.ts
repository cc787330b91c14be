import { expect, type Page } from '@playwright/test';

/** Signs up with an organisation, as a stranger does: the page then asks for a cluster. */
export async function signUp(
  page: Page,
  { url, org, email }: { url: string; org: string; email: string },
): Promise<void> {
  await page.goto(`${url}/sign-up`);
  await page.getByLabel('Name', { exact: true }).fill('Ines Halden');
  await page.getByLabel('Work e-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery staple');
  await page.getByLabel('Organisation').fill(org);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByLabel('Cluster name')).toBeVisible();
}

/** Signs up and names a cluster. @returns the lab's line as the connect page shows it. */
export async function signUpAndName(
  page: Page,
  { cluster, ...who }: { url: string; org: string; email: string; cluster: string },
): Promise<string> {
  await signUp(page, who);
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

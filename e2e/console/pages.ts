import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { ROOT } from '../margay.ts';

const FOLDER = join(ROOT, 'test-results/screens');
const WIDTHS = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
];

/** Opens a page in both themes and widths: nothing is loading any more, nothing reaches past the side, axe finds nothing, and a picture of each is kept in test-results/screens. */
export async function inspectPage(
  page: Page,
  name: string,
  url: string,
  ready: (page: Page) => Promise<void>,
): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  for (const size of WIDTHS) {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await page.goto(url);
    for (const colorScheme of ['light', 'dark'] as const) {
      // Without a reload: what is on the screen follows the system's theme.
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await ready(page);
      await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
      await page.screenshot({ path: join(FOLDER, `${name}-${size.width}-${colorScheme}.png`) });
      const at = `${name} at ${size.width} px, ${colorScheme}`;
      expect
        .soft(
          await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
          `${at}: scrolls sideways`,
        )
        .toBeLessThanOrEqual(0);
      expect.soft(await violationsOf(page, colorScheme), at).toEqual([]);
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: 'light' });
}

/** What axe finds. Of the rules only that on contrast can answer otherwise in the other theme. */
async function violationsOf(page: Page, colorScheme: 'light' | 'dark'): Promise<string[]> {
  const axe = new AxeBuilder({ page });
  const { violations } = await (colorScheme === 'light' ? axe : axe.withRules(['color-contrast'])).analyze();
  return violations.map(({ id, nodes }) => {
    const places = nodes.map((node) => node.target.join(' ')).slice(0, 3);
    return `${id}: ${places.join('; ')}`;
  });
}

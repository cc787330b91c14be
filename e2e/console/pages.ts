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
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const size of WIDTHS) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize(size);
      await page.goto(url);
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
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect
        .soft(
          violations.map(
            ({ id, nodes }) =>
              `${id}: ${nodes
                .map((node) => node.target.join(' '))
                .slice(0, 3)
                .join('; ')}`,
          ),
          at,
        )
        .toEqual([]);
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: 'light' });
}

// `npm run picture`: the README's picture, from a real lab. Root, Chromium.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { clusterIdOf, signUpAndName } from './console/sign-up.ts';
import { runLabLine } from './lab.ts';
import { ROOT, startMargay } from './margay.ts';

const FILE = join(ROOT, 'infra/pictures/graph.png');
/** Long enough for every edge of Online Boutique to have been seen more than once. */
const WATCH_MS = 45_000;

const margay = await startMargay();
const home = await mkdtemp(join(tmpdir(), 'margay-picture-'));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
  const line = await signUpAndName(page, {
    url: margay.url,
    org: 'Halden',
    email: 'ines@halden.example',
    cluster: 'lab',
  });
  const clusterId = clusterIdOf(page);
  const lab = await runLabLine(line, { home, apps: 'boutique,bank' });
  try {
    await page.waitForTimeout(WATCH_MS);
    await page.goto(page.url().replace(/connect.*$/, `graph`));
    await page.locator('[data-testid=graph-canvas][data-state=ready]').waitFor();
    await page.waitForTimeout(2_000);
    await mkdir(join(FILE, '..'), { recursive: true });
    await page.screenshot({ path: FILE });
    console.log(`${FILE} (cluster ${clusterId})`);
  } finally {
    await lab.stop();
  }
} finally {
  await browser.close();
  await margay.stop();
  await rm(home, { recursive: true, force: true });
}

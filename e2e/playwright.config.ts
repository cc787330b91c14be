import { availableParallelism } from 'node:os';
import { defineConfig } from '@playwright/test';

/** Debian's Chromium; Playwright's own browsers are not fetched. */
const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

export default defineConfig({
  testDir: 'console',
  testMatch: '*.e2e.ts',
  workers: Math.min(2, availableParallelism()),
  timeout: 480_000,
  expect: { timeout: 15_000 },
  outputDir: '../test-results',
  reporter: [['list'], ['./tally-reporter.ts']],
  globalSetup: './global-setup.ts',
  use: {
    viewport: { width: 1280, height: 800 },
    headless: process.env.HEADED === undefined,
    trace: 'retain-on-failure',
    actionTimeout: 20_000,
    navigationTimeout: 30_000,
    launchOptions: {
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});

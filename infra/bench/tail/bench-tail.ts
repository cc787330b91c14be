import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLab } from '@margay/lab';
import { MargayError, WINDOW_SECONDS } from '@margay/model';
import { chromium, type Page } from '@playwright/test';
import { z } from 'zod';
import { clusterIdOf, signUpAndName } from '../../../e2e/console/sign-up.ts';
import { startMargay } from '../../../e2e/margay.ts';
import type { Bench } from '../result.ts';

const DIAL = join(import.meta.dirname, 'dial.mjs');
const FLOWS = 200;
const FIRST_PORT = 40_000;
const EVERY_MS = 300;
const PAINTED_WITHIN_MS = 20_000;

const Dialled = z.object({ port: z.number(), atMs: z.number() });

/**
 * From a packet in the lab to its row on the screen: 200 connections, each to a port of its own, while the flows page is open in Chromium on this machine.
 * Milliseconds from connect() to the frame that shows the row. Reference: the 5 s window, which is what a reader waits for where nobody's watching hurries agents.
 */
export const benchTail: Bench = async ({ say }) => {
  if (process.getuid?.() !== 0) throw new MargayError('FORBIDDEN', 'this bench runs a lab: it needs root');
  const home = await mkdtemp(join(tmpdir(), 'margay-bench-'));
  const margay = await startMargay();
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 1600 } });
    const who = { url: margay.url, org: 'Bench', email: 'bench@halden.example', cluster: 'lab' };
    const line = await signUpAndName(page, who);
    const connect = /--connect "([^"]+)"/.exec(line)?.[1] ?? '';
    const clusterUrl = page.url().replace(/connect.*$/, '');
    say(`cluster ${clusterIdOf(page)}`);
    const lab = await startLab({ home, apps: ['boutique'], connect });
    try {
      const [client, server] = ['loadgenerator', 'adservice'].map((name) => {
        const pod = lab.pods().find((each) => each.name.startsWith(`${name}-`));
        if (!pod) throw new Error(`the lab has no ${name}`);
        return pod;
      });
      if (!client || !server) throw new Error('unreachable');
      const ports = [FIRST_PORT, FIRST_PORT + FLOWS - 1].map(String);
      void lab.run([process.execPath, DIAL, 'serve', ...ports], server.networkNamespace).catch(() => undefined);
      await page.goto(`${clusterUrl}flows?last=5m&dst.name=adservice`);
      await page.getByTestId('flows').getByRole('row').nth(1).waitFor();
      await watchPaints(page);
      const dial = [process.execPath, DIAL, server.addresses[0] ?? '', ...ports, String(EVERY_MS)];
      const dialled = (await lab.run(dial, client.networkNamespace))
        .trim()
        .split('\n')
        .map((text) => Dialled.parse(JSON.parse(text)));
      const painted = await paintsOf(page, Date.now() + PAINTED_WITHIN_MS);
      const took = dialled.flatMap(({ port, atMs }) => (painted[port] === undefined ? [] : [painted[port] - atMs]));
      say(`${took.length} of ${dialled.length} rows were painted`);
      if (took.length < FLOWS) throw new Error(`${FLOWS - took.length} rows were never painted`);
      return [percentile('p50', took, 0.5), percentile('p95', took, 0.95)];
    } finally {
      await lab.stop();
    }
  } finally {
    await browser.close();
    await margay.stop();
    await rm(home, { recursive: true, force: true });
  }
};

/** Notes for each frame which ports stand in the table for the first time. */
async function watchPaints(page: Page): Promise<void> {
  await page.evaluate(`(() => {
    const painted = (window.paintedAt = {});
    const look = () => {
      const text = document.querySelector('[data-testid=flows]')?.textContent ?? '';
      for (const [, port] of text.matchAll(/TCP (4\\d{4})/g)) painted[port] ??= Date.now();
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  })()`);
}

async function paintsOf(page: Page, deadlineMs: number): Promise<Record<number, number>> {
  for (;;) {
    const painted = z.record(z.string(), z.number()).parse(await page.evaluate('window.paintedAt'));
    if (Object.keys(painted).length >= FLOWS || Date.now() > deadlineMs) return painted;
    await new Promise((done) => setTimeout(done, 100));
  }
}

function percentile(name: string, values: readonly number[], share: number) {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  const reference = WINDOW_SECONDS * 1_000;
  return { name, value, unit: 'ms', reference, ratio: Number((value / reference).toFixed(3)) };
}

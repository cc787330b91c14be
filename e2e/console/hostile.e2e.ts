import { zstdCompressSync } from 'node:zlib';
import { type Peer, WINDOW_SECONDS } from '@margay/model';
import { flowBatch, heartbeat, inventoryUpload, ScriptedAgent } from '@margay/testkit';
import { expect, test } from '@playwright/test';
import { clusterIdOf, signUpAndName } from './sign-up.ts';

const MARKUP = '<img src=x onerror="window.hurt=1">"\'><script>window.hurt=1</script>{{7*7}}';
/** Names a hostile cluster may send: markup, the longest that there is, text that runs backwards, a joined emoji, a control character. */
const NAMES = [
  MARKUP,
  'n'.repeat(253),
  '\u202eesrever\u202c שלום',
  '👩‍👩‍👧‍👦'.repeat(10),
  'bell\u0007',
  'javascript:alert(1)',
  '../../../etc/passwd',
  '=HYPERLINK("x")',
];

test('hostile names are shown as text, and nothing of them runs', async ({ page }) => {
  const run = Date.now();
  const org = `hostile-${run}`;
  const line = await signUpAndName(page, {
    url: process.env.MARGAY_E2E_URL ?? '',
    org,
    email: `hostile-${run}@halden.example`,
    cluster: 'hostile',
  });
  const token = /install\/([^"]+)"/.exec(line)?.[1] ?? '';
  const clusterId = clusterIdOf(page);
  const wrong: string[] = [];
  page.on('dialog', (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) wrong.push(`csp: ${message.text()}`);
  });

  await sendHostileCluster(token);

  const base = `${process.env.MARGAY_E2E_URL}/o/${org}/c/${clusterId}`;
  await page.goto(`${base}/flows`);
  await expect(page.getByTestId('flows')).toContainText('<img src=x onerror=', { timeout: 20_000 });
  await page.goto(`${base}/graph?table=true`);
  await expect(page.getByTestId('graph-table')).toContainText('<img src=x onerror=');
  await page.goto(`${base}/graph`);
  await expect(page.getByTestId('graph-canvas')).toHaveAttribute('data-state', 'ready');
  expect(
    await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
  ).toBeLessThanOrEqual(0);
  await page.goto(`${base}/recommendations`);
  await page.getByRole('button', { name: 'Compute now' }).first().click();
  await expect(page.getByTestId('recommendations')).toContainText('<img src=x onerror=', { timeout: 30_000 });
  for (const path of ['overview', 'connect']) await page.goto(`${base}/${path}`);
  expect(await page.evaluate('window.hurt')).toBeUndefined();
  expect(wrong).toEqual([]);
});

test('an expired, foreign or invented token buys nothing and says what to do', async ({ page }) => {
  const url = process.env.MARGAY_E2E_URL ?? '';
  const invented = await page.request.get(`${url}/install/mgt_${'a'.repeat(43)}.yaml`);
  expect(invented.status()).toBe(404);
  expect(await invented.text()).toContain('copy the line again');
  const agent = new ScriptedAgent(url, `mgt_${'a'.repeat(43)}`);
  const answer = await agent.post(
    'enroll',
    JSON.stringify({ clusterUid: 'x', kubernetesVersion: 'v1', agentVersion: '0', nodes: 1 }),
  );
  expect(answer.status).toBe(401);
  expect(answer.json).toMatchObject({ message: expect.stringMatching(/token/) });
  const reading = await new ScriptedAgent(url, 'mgc_invented.secret').post('heartbeat', JSON.stringify(heartbeat()));
  expect(reading.status).toBe(401);
});

async function sendHostileCluster(token: string): Promise<void> {
  const agent = new ScriptedAgent(process.env.MARGAY_E2E_URL ?? '', token);
  await agent.enroll();
  await agent.heartbeat(heartbeat({ node: MARKUP }));
  const peers = NAMES.map(
    (name): Peer => ({
      kind: 'workload',
      namespace: name,
      ownerKind: 'Deployment',
      name,
      labels: { app: name.slice(0, 63), [name.slice(0, 300)]: MARKUP },
      namespaceLabels: {},
      serviceAccount: name,
      ports: [],
    }),
  );
  const pods = NAMES.map((name, index) => ({
    namespace: name,
    name: `${name.slice(0, 200)}-${index}`,
    uid: `uid-${index}`,
    labels: { app: name.slice(0, 63) },
    ownerKind: 'Deployment',
    ownerName: name,
    node: MARKUP,
    hostNetwork: false,
    phase: 'Running',
    addresses: [`10.0.0.${index + 1}`],
    serviceAccount: name,
    ports: [],
  }));
  await agent.inventory(
    inventoryUpload({
      namespaces: NAMES.map((name) => ({ name, labels: { [name.slice(0, 300)]: MARKUP } })),
      workloads: NAMES.map((name) => ({
        namespace: name,
        kind: 'Deployment',
        name,
        labels: { app: name.slice(0, 63) },
        replicas: 1,
      })),
      pods,
    }),
  );
  const atMs = Date.now() - WINDOW_SECONDS * 1_000;
  const facts = peers.flatMap((src, index) => {
    const dst = peers[(index + 1) % peers.length];
    return dst ? [{ src, dst, atMs }] : [];
  });
  const ack = await agent.flows(flowBatch(facts));
  expect(ack.rows).toBe(facts.length);
  const nul = await agent.post(
    'inventory',
    zstdCompressSync(JSON.stringify(inventoryUpload({ namespaces: [{ name: 'nul\u0000', labels: {} }] }))),
  );
  expect(nul.status).toBe(400);
  expect(nul.json).toMatchObject({ message: expect.stringContaining('NUL') });
}

import { readFileSync } from 'node:fs';
import { renderInstallManifest } from '@margay/manifest';
import { Inventory } from '@margay/model';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCluster } from '../src/cluster.ts';
import { startIdentitySource } from '../src/identity/identity-source.ts';
import { connectKube } from '../src/kube/client.ts';
import { parseSettings } from '../src/settings.ts';
import { type ApiServer, apiServerMissing, startApiServer } from './kube-apiserver.ts';
import { quietLog } from './quiet-log.ts';
import { type ScriptedConsole, startScriptedConsole, INSTALL_TOKEN as TOKEN } from './scripted-console.ts';
import { until } from './until.ts';

const credential = (n: number) => ({ id: `0192f6a0-0000-7000-8000-00000000000${n}`, secret: String(n).repeat(64) });
const ROLE_PATH = '/apis/rbac.authorization.k8s.io/v1/namespaces/margay/roles/margay-agent-credential';
const SECRET_PATH = '/api/v1/namespaces/margay/secrets/margay-agent-credential';

let api: ApiServer;
let console: ScriptedConsole;
let stops: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  if (!apiServerMissing) api = await startApiServer();
});
afterAll(() => api?.stop());

beforeEach(async (context) => {
  context.skip(apiServerMissing !== null, apiServerMissing ?? '');
  console = await startScriptedConsole();
  stops = [() => console.stop()];
  await emptySecret();
});
afterEach(async () => {
  for (const stop of stops.reverse()) await stop();
});

const manifest = (token: string | null) =>
  renderInstallManifest({ consoleUrl: console.origin, token, image: 'margay/agent:test' });

/** As `kubectl apply -f` of the install link, then with nothing enrolled yet. */
async function emptySecret() {
  api.kubectl(['apply', '-f', '-'], manifest(TOKEN));
  await api.call('PATCH', SECRET_PATH, { data: null }, 'application/merge-patch+json');
}

type SecretObject = { metadata: { resourceVersion: string }; data?: Record<string, string> };
const readSecret = async () => (await api.call('GET', SECRET_PATH)) as SecretObject;
const decoded = (secret: SecretObject) =>
  Object.fromEntries(
    Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  );

/** The cluster role as its own service account. */
async function startCluster(installToken: string | null = TOKEN) {
  const kubeconfig = await api.kubeconfigOf('margay', 'margay-cluster');
  const log = quietLog();
  const stopping = new AbortController();
  const settings = parseSettings({
    MARGAY_URL: console.origin,
    MARGAY_INSTALL_TOKEN: installToken ?? '',
    NODE_NAME: 'n1',
  });
  const running = runCluster({ settings, kube: connectKube({ KUBECONFIG: kubeconfig }), log }, stopping.signal);
  const stop = () => {
    stopping.abort();
    return running;
  };
  stops.push(stop);
  return { log, stop };
}

const lastInventory = () => until('an inventory', () => console.inventories.at(-1));
const inventoryWhere = (what: string, check: (inventory: Inventory) => boolean) =>
  until(what, () => console.inventories.find(({ inventory }) => check(inventory)));

describe('the cluster role on a real API server', () => {
  it('enrols once, writes the credential where nodes find it, and says who it is', async () => {
    console.issued.push(credential(1), credential(2));
    const first = await startCluster();
    await until('the credential in the Secret', async () => (await readSecret()).data);
    expect(decoded(await readSecret())).toEqual(credential(1));
    const heartbeat = await until('a heartbeat', () => console.heartbeats.at(-1));
    expect(heartbeat).toMatchObject({ role: 'cluster', node: 'n1', taps: [] });
    await first.stop();

    await startCluster();
    await until('another heartbeat', () => console.heartbeats.length > 1);
    expect(console.seen.filter(({ path }) => path.endsWith('enroll'))).toHaveLength(1);
    expect(decoded(await readSecret())).toEqual(credential(1));
  });

  it('keeps the credential when the manifest is applied again, with and without its token', async () => {
    console.issued.push(credential(1));
    await startCluster();
    await until('the credential in the Secret', async () => (await readSecret()).data);
    for (const token of [TOKEN, null]) {
      api.kubectl(['apply', '-f', '-'], manifest(token));
      expect(decoded(await readSecret())).toEqual(credential(1));
    }
    api.kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], manifest(null));
    expect(decoded(await readSecret())).toEqual(credential(1));
  });

  it('says that its credential was revoked, and enrols again with a new token', async () => {
    const { id, secret } = credential(3);
    const data = { id: Buffer.from(id).toString('base64'), secret: Buffer.from(secret).toString('base64') };
    await api.call('PATCH', SECRET_PATH, { data }, 'application/merge-patch+json');
    const revoked = await startCluster(null);
    await until('the word', () =>
      revoked.log.lines.find((line) => line.startsWith('error') && /revoked.*new install link/.test(line)),
    );
    await revoked.stop();

    console.issued.push(credential(4));
    await startCluster();
    await until('the new credential', async () => decoded(await readSecret()).id === credential(4).id);
    await until('a heartbeat with it', () => console.heartbeats.length > 0);
  });

  it('says that the token was used, and does not ask again and again', async () => {
    const { log } = await startCluster();
    await until('the word', () => log.lines.find((line) => line.includes('this install token has been used')));
    await until('the next round', () => log.lines.some((line) => line.includes('no install token')), 20_000);
    expect(console.seen.filter(({ path }) => path.endsWith('enroll'))).toHaveLength(1);
  });

  it('tells what to do when the Secret is gone: it may not make one', async () => {
    await api.call('DELETE', SECRET_PATH);
    console.issued.push(credential(1));
    const { log } = await startCluster();
    await until('the word', () => log.lines.find((line) => line.includes('apply the install manifest again')));
    api.kubectl(['apply', '-f', '-'], manifest(TOKEN));
    await until('the credential', async () => decoded(await readSecret()).id === credential(1).id, 30_000);
  });

  it('tells the console which permission on the Secret is missing, and goes on once it is there', async () => {
    const rules = async (verbs: string[]) => {
      const rule = { apiGroups: [''], resources: ['secrets'], resourceNames: ['margay-agent-credential'], verbs };
      await api.call('PATCH', ROLE_PATH, { rules: verbs.length > 0 ? [rule] : [] }, 'application/merge-patch+json');
    };
    await rules([]);
    console.issued.push(credential(1));
    await startCluster();
    await until(
      'the word',
      () => console.troubles.find((text) => /Secret margay\/.* may not be read/.test(text)),
      30_000,
    );
    await rules(['get']);
    await until(
      'the word',
      () => console.troubles.find((text) => /Secret margay\/.* cannot be written/.test(text)),
      40_000,
    );
    expect(console.seen.filter(({ path }) => path.endsWith('enroll'))).toHaveLength(1);
    api.kubectl(['apply', '-f', '-'], manifest(TOKEN));
    await until('the credential', async () => decoded(await readSecret()).id === credential(1).id, 40_000);
    expect(new Set(console.troubles).size).toBe(console.troubles.length);
  });

  it('uploads what the cluster has, changes within seconds, and nothing when nothing changed', async () => {
    console.issued.push(credential(1));
    api.kubectl(['apply', '-f', '-'], readFileSync(new URL('./objects.yaml', import.meta.url), 'utf8'));
    await startCluster();
    const { inventory, problems, kubernetesVersion } = await lastInventory();
    expect(problems).toEqual([]);
    expect(kubernetesVersion).toMatch(/^v1\./);
    expect(Inventory.parse(inventory)).toEqual(inventory);
    const shop = <T extends { namespace: string }>(rows: T[]) => rows.filter((row) => row.namespace === 'shop');
    expect(inventory.namespaces).toContainEqual(
      expect.objectContaining({ name: 'shop', labels: expect.objectContaining({ team: 'a' }) }),
    );
    expect(
      shop(inventory.workloads)
        .map(({ kind, name }) => `${kind}/${name}`)
        .sort(),
    ).toEqual(['CronJob/nightly', 'DaemonSet/agent', 'Deployment/web', 'Job/migrate', 'StatefulSet/db']);
    expect(shop(inventory.workloads).find(({ name }) => name === 'web')).toEqual({
      namespace: 'shop',
      kind: 'Deployment',
      name: 'web',
      labels: { app: 'web' },
      replicas: 2,
    });
    expect(shop(inventory.pods)).toMatchObject([
      {
        name: 'web-1',
        ownerKind: 'Deployment',
        ownerName: 'web',
        labels: { app: 'web', 'pod-template-hash': 'abc' },
        ports: [{ name: 'http', port: 8080 }],
      },
    ]);
    expect(shop(inventory.services)).toMatchObject([
      { name: 'web', clusterIPs: ['10.96.7.7'], ports: [{ port: 80, targetPort: 'http' }] },
    ]);
    expect(shop(inventory.endpointSlices)).toMatchObject([
      { name: 'web-x', service: 'web', endpoints: [{ addresses: ['10.244.1.7'] }] },
    ]);
    expect(shop(inventory.policies)).toMatchObject([
      { name: 'web', kind: 'NetworkPolicy', spec: { podSelector: { matchLabels: { app: 'web' } } } },
    ]);
    expect(inventory.nodes).toMatchObject([{ name: 'n1', addresses: ['172.18.0.2'], podCIDRs: ['10.244.1.0/24'] }]);

    const before = console.inventories.length;
    await api.call(
      'PATCH',
      '/apis/apps/v1/namespaces/shop/deployments/web',
      { metadata: { annotations: { seen: 'no' } } },
      'application/merge-patch+json',
    );
    api.kubectl(['delete', 'networkpolicy', '-n', 'shop', 'web']);
    await inventoryWhere(
      'one without the policy',
      ({ policies }) => !policies.some(({ namespace }) => namespace === 'shop'),
    );
    expect(console.inventories.length).toBe(before + 1);
  });

  it('names each permission it misses and uploads the rest', async () => {
    console.issued.push(credential(1));
    const role = '/apis/rbac.authorization.k8s.io/v1/clusterroles/margay-cluster';
    const { rules } = (await api.call('GET', role)) as { rules: { resources: string[] }[] };
    const fewer = rules.filter(
      ({ resources }) => !resources.includes('networkpolicies') && !resources.includes('jobs'),
    );
    await api.call('PATCH', role, { rules: fewer }, 'application/merge-patch+json');
    stops.push(() => api.call('PATCH', role, { rules }, 'application/merge-patch+json'));
    await startCluster();
    const { inventory, problems } = await lastInventory();
    expect(problems.map(({ resource, reason }) => `${resource} ${reason}`).sort()).toEqual([
      'cronjobs.batch forbidden',
      'jobs.batch forbidden',
      'networkpolicies.networking.k8s.io forbidden',
    ]);
    expect(problems[0]?.message).toContain('system:serviceaccount:margay:margay-cluster');
    expect(inventory.namespaces.length).toBeGreaterThan(0);
    await api.call('PATCH', role, { rules }, 'application/merge-patch+json');
    await until('no problem any more', () => console.inventories.at(-1)?.problems.length === 0, 60_000);
  });

  it('may do no more than it says', async () => {
    const kube = connectKube({ KUBECONFIG: await api.kubeconfigOf('margay', 'margay-cluster') });
    const node = connectKube({ KUBECONFIG: await api.kubeconfigOf('margay', 'margay-node') });
    await expect(kube.json('/api/v1/secrets')).rejects.toThrow(/403/);
    await expect(kube.json('/api/v1/namespaces/margay/secrets')).rejects.toThrow(/403/);
    // What a node mounts it may also ask for, by name; no other Secret, and no change.
    await expect(node.json(SECRET_PATH)).resolves.toMatchObject({ kind: 'Secret' });
    await expect(node.json('/api/v1/namespaces/margay/secrets')).rejects.toThrow(/403/);
    await expect(node.json(SECRET_PATH.replace(/[^/]+$/, 'margay-install-token'))).rejects.toThrow(/403/);
    await expect(node.json(SECRET_PATH, { method: 'PUT', body: { data: {} } })).rejects.toThrow(/403/);
    await expect(node.json('/apis/apps/v1/deployments')).rejects.toThrow(/403/);
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } };
    await expect(kube.json('/api/v1/namespaces/margay/configmaps', { method: 'POST', body })).rejects.toThrow(/403/);
  });
});

describe('the identities of a node on a real API server', () => {
  it('follow pods and Services, and an uninstall shows before the agent loses its rights', async () => {
    api.kubectl(['apply', '-f', '-'], readFileSync(new URL('./objects.yaml', import.meta.url), 'utf8'));
    const status = {
      phase: 'Running',
      podIP: '10.244.1.7',
      podIPs: [{ ip: '10.244.1.7' }],
      startTime: new Date(Date.now() - 60_000).toISOString(),
    };
    await api.call('PATCH', '/api/v1/namespaces/shop/pods/web-1/status', { status }, 'application/merge-patch+json');
    const kubeconfig = await api.kubeconfigOf('margay', 'margay-node');
    const source = startIdentitySource({
      client: connectKube({ KUBECONFIG: kubeconfig }),
      log: quietLog(),
      nodeName: 'n1',
      namespace: 'margay',
      localAddresses: () => ['10.244.1.1'],
      now: Date.now,
    });
    stops.push(() => source.stop());
    await source.ready;
    const peerAt = (address: string) => {
      const found = source.resolver.resolve(address, Date.now());
      return found.kind === 'known' ? found.identity.peer : found;
    };
    expect(peerAt('10.244.1.7')).toMatchObject({
      kind: 'workload',
      ownerKind: 'Deployment',
      name: 'web',
      labels: { app: 'web' },
      namespaceLabels: { team: 'a' },
    });
    expect(peerAt('10.96.7.7')).toEqual({ kind: 'service', namespace: 'shop', name: 'web' });
    expect(peerAt('172.18.0.2')).toEqual({ kind: 'node', name: 'n1' });
    expect(peerAt('10.244.1.1')).toEqual({ kind: 'node', name: 'n1' });
    expect(peerAt('10.244.1.99')).toEqual({ kind: 'pending', otherwise: 'unknown' });
    expect(peerAt('203.0.113.1')).toEqual({ kind: 'external' });
    expect(source.podAt('10.244.1.7')).toMatchObject({ namespace: 'shop', name: 'web-1' });

    await api.call('DELETE', '/api/v1/namespaces/shop/pods/web-1?gracePeriodSeconds=0');
    await until('the pod to go', () => source.podAt('10.244.1.7') === null);

    expect(source.uninstalling()).toBe(false);
    api.kubectl(['delete', '--wait=false', '-f', '-'], manifest(null));
    await until('the uninstall', () => source.uninstalling());
  });
});

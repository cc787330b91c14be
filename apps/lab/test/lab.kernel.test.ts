import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { edgeKey, type Lab, type LabStep, startLab } from '../src/index.ts';
import { resourceNamed } from '../src/kube/cluster.ts';
import { valueAt } from '../src/kube/objects.ts';
import { ADDRESSES } from '../src/network/addresses.ts';
import { hostNetwork, tracesOf } from './machine.ts';

const ASK_DNS = fileURLToPath(new URL('./ask-dns.mjs', import.meta.url));
const assets = process.env.KUBEBUILDER_ASSETS || null;
if (!assets) console.log('No lab with the real kube-apiserver here: KUBEBUILDER_ASSETS is not set.');

const LABS = [
  { name: 'built-in API', assets: null, seed: undefined, readyWithinMs: 15_000, skip: false },
  { name: 'kube-apiserver, other names', assets, seed: 20_261, readyWithinMs: 25_000, skip: assets === null },
];

describe.each(LABS)('a lab with $name', ({ assets: folder, seed, readyWithinMs, skip }) => {
  describe.skipIf(skip)('runs', () => {
    const home = mkdtempSync(join(tmpdir(), 'margay-lab-'));
    const before = hostNetwork();
    const steps: LabStep[] = [];
    const faults: unknown[] = [];
    let lab: Lab;
    let tookMs = 0;

    beforeAll(async () => {
      const started = Date.now();
      lab = await startLab({
        home,
        seed,
        assets: folder,
        onStep: (step) => steps.push(step),
        onFault: (fault) => faults.push(fault),
      });
      tookMs = Date.now() - started;
      console.log(`up in ${tookMs} ms: ${steps.map((step) => `${step.name} ${step.tookMs}`).join(', ')}`);
    }, 90_000);
    afterAll(async () => {
      await lab?.stop();
      rmSync(home, { recursive: true, force: true });
    });

    const podOf = (role: string) => {
      const { namespace, name } = lab.names[role] ?? { namespace: '', name: role };
      const pod = lab.pods().find((candidate) => candidate.namespace === namespace && candidate.name.startsWith(name));
      if (!pod) throw new Error(`no pod of ${role}`);
      return pod;
    };
    const ask = async (protocol: 'udp' | 'tcp', name: string, type = 'A', server: string = ADDRESSES.clusterDns) => {
      const text = await lab.run(
        [process.execPath, ASK_DNS, protocol, server, name, type],
        podOf('monitoring/collector').networkNamespace,
      );
      return JSON.parse(text) as { code: string; answers: string[] };
    };
    const clusterIpOf = async (role: string) => {
      const { namespace, name } = lab.names[role] ?? { namespace: '', name: '' };
      return String(valueAt(await lab.client.get(resourceNamed('services'), namespace, name), 'spec.clusterIP'));
    };

    it('is up in time, without a fault, with every pod ready', () => {
      expect(tookMs).toBeLessThan(readyWithinMs);
      expect(faults).toEqual([]);
      expect(lab.pods().length).toBeGreaterThanOrEqual(25);
    });

    it('makes every edge of its topology, and no other', async () => {
      const wanted = lab.expectedEdges().map(edgeKey).sort();
      const seen = () => lab.observedEdges().map(edgeKey).sort();
      await expect
        .poll(() => wanted.filter((edge) => !seen().includes(edge)), { timeout: 40_000, interval: 500 })
        .toEqual([]);
      expect(seen().filter((edge) => !wanted.includes(edge))).toEqual([]);
      const families = (six: 4 | 6) =>
        lab
          .observedEdges()
          .filter(({ family }) => family === six)
          .map(edgeKey)
          .sort();
      expect(families(6)).toEqual(
        lab
          .expectedEdges()
          .filter(({ family }) => family === 6)
          .map(edgeKey)
          .sort(),
      );
      expect(families(6).length).toBeGreaterThanOrEqual(2);
    });

    it('accepts exactly what was connected, with the source address it came from', () => {
      const ledger = lab.ledger();
      const settledMs = Date.now() - 2_000;
      const tcp = ledger.filter(({ protocol, timeMs }) => protocol === 'TCP' && timeMs < settledMs);
      const connected = new Set(
        tcp.filter(({ op }) => op === 'connect').map(({ local }) => `${local.address} ${local.port}`),
      );
      const fromPods = tcp.filter(
        ({ op, remote }) => op === 'accept' && /^(10\.244\.|fd00:10:244)/.test(remote.address ?? ''),
      );
      expect(fromPods.length).toBeGreaterThan(20);
      expect(fromPods.filter(({ remote }) => !connected.has(`${remote.address} ${remote.port}`))).toEqual([]);
      expect(ledger.filter(({ op }) => op === 'fail')).toEqual([]);
    });

    it('answers names over UDP and TCP', async () => {
      const summary = lab.names['bank/summary'];
      const name = `${summary?.name}.${summary?.namespace}.svc.cluster.local`;
      const address = await clusterIpOf('bank/summary');
      for (const protocol of ['udp', 'tcp'] as const) {
        expect(await ask(protocol, name)).toMatchObject({ code: 'NOERROR', answers: [address] });
        expect(await ask(protocol, name, 'AAAA')).toMatchObject({ code: 'NOERROR', answers: [] });
        expect(await ask(protocol, `no-such.${name}`)).toMatchObject({ code: 'NXDOMAIN', answers: [] });
        expect(await ask(protocol, 'rates.example.net')).toMatchObject({ answers: [ADDRESSES.internet.web.ipv4] });
        expect(await ask(protocol, 'nowhere.example.net')).toMatchObject({ code: 'NXDOMAIN' });
        expect(await ask(protocol, 'www.example.org', 'AAAA', ADDRESSES.internet.resolver)).toMatchObject({
          answers: [ADDRESSES.internet.web.ipv6],
        });
      }
      const database = lab.names['bank/database'];
      const headless = `${database?.name}.${database?.namespace}.svc.cluster.local`;
      const [podAddress] = podOf('bank/database').addresses;
      expect((await ask('udp', headless)).answers).toEqual([podAddress]);
      expect((await ask('udp', `${database?.name}-0.${headless}`)).answers).toEqual([podAddress]);
      const exchange = lab.names['bank/exchange'];
      expect((await ask('udp', `${exchange?.name}.${exchange?.namespace}.svc.cluster.local`, 'AAAA')).answers).toEqual([
        await clusterIpOf('bank/exchange'),
      ]);
    });

    it('lets the outside in by node ports: the source survives where the Service says Local', () => {
      const accepted = (role: string) => {
        const { namespace, name } = lab.names[role] ?? { namespace: '', name: '' };
        const own = lab
          .ledger()
          .filter(({ op, writer }) => op === 'accept' && writer.startsWith(`${namespace}/${name}`));
        return new Set(own.map(({ remote }) => remote.address));
      };
      expect(accepted('boutique/frontend')).toContain(ADDRESSES.internet.client);
      expect(accepted('bank/customer')).not.toContain(ADDRESSES.internet.client);
      expect(accepted('bank/customer')).toContain(ADDRESSES.node.ipv4);
    });

    it('gives the address of a finished job to the next pod', async () => {
      const jobs = ['bank/statement-export', 'bank/rate-import'].map(
        (role) => `${lab.names[role]?.namespace}/${lab.names[role]?.name}-`,
      );
      const users = () => {
        const byAddress = new Map<string, Set<string>>();
        for (const { writer, local } of lab.ledger()) {
          const job = jobs.find((prefix) => writer.startsWith(prefix));
          if (!job || !local.address || local.address.includes(':')) continue;
          byAddress.set(local.address, (byAddress.get(local.address) ?? new Set()).add(job));
        }
        return Math.max(0, ...[...byAddress.values()].map((set) => set.size));
      };
      await expect.poll(users, { timeout: 40_000, interval: 500 }).toBe(2);
      const cronJobs = await lab.client.list(resourceNamed('jobs'), lab.names['bank/rate-import']?.namespace);
      await expect
        .poll(
          async () =>
            (await lab.client.list(resourceNamed('jobs'))).items.some((job) => valueAt(job, 'status.succeeded') === 1),
          { timeout: 10_000 },
        )
        .toBe(true);
      expect(cronJobs.items.length).toBeGreaterThan(0);
    });

    it('refuses, by an answer, a Service without endpoints', async () => {
      const { namespace } = lab.names['bank/customer'] ?? { namespace: '' };
      await lab.client.create({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'nobody', namespace },
        spec: { selector: { nobody: 'here' }, ports: [{ port: 80 }] },
      });
      const address = String(
        valueAt(await lab.client.get(resourceNamed('services'), namespace, 'nobody'), 'spec.clusterIP'),
      );
      const script = `require('net').connect(80, '${address}').on('error', (e) => console.log(e.code))`;
      const dial = () => lab.run([process.execPath, '-e', script], podOf('monitoring/collector').networkNamespace);
      await expect.poll(async () => (await dial()).trim(), { timeout: 10_000 }).toBe('ECONNREFUSED');
    });

    it('leaves the machine’s network alone and leads nowhere', async () => {
      expect(hostNetwork()).toBe(before);
      const route = await lab
        .run(['ip', '-j', 'route', 'get', '1.1.1.1'], lab.internetNamespace)
        .catch((error: Error) => error.message);
      expect(route).toMatch(/unreachable/i);
    });

    it('stops without leaving anything', async () => {
      const { suffix, stateDirectory } = lab;
      expect(tracesOf(suffix).length).toBeGreaterThan(25);
      const started = Date.now();
      await lab.stop();
      console.log(`stopped in ${Date.now() - started} ms`);
      expect(tracesOf(suffix)).toEqual([]);
      expect(existsSync(stateDirectory)).toBe(false);
      expect(hostNetwork()).toBe(before);
    });
  });
});

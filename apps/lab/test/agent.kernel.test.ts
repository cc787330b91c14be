import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Peer } from '@margay/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LAB_IMAGE, type Lab, startLab } from '../src/index.ts';
import { resourceNamed } from '../src/kube/cluster.ts';
import { type KubeObject, valueAt } from '../src/kube/objects.ts';
import { nodeDirectory } from '../src/machine/registry.ts';
import { type StandInConsole, startStandInConsole } from './stand-in-console.ts';

describe('the agent in a lab', () => {
  const home = mkdtempSync(join(tmpdir(), 'margay-lab-agent-'));
  const faults: unknown[] = [];
  let console: StandInConsole;
  let lab: Lab;

  beforeAll(async () => {
    console = await startStandInConsole('localhost');
    lab = await startLab({
      home,
      apps: [],
      assets: null,
      connect: console.installUrl,
      onFault: (fault) => faults.push(fault),
    });
  }, 90_000);
  afterAll(async () => {
    await lab?.stop();
    await console?.stop();
    rmSync(home, { recursive: true, force: true });
  });

  const agentPods = () => lab.pods().filter(({ namespace }) => namespace === 'margay');
  /** Pins of the node's BPF file system, which is the lab's own. */
  const pins = async (pid: number) => {
    const found = await lab.run(['nsenter', `--mount=/proc/${pid}/ns/mnt`, 'find', '/sys/fs/bpf', '-mindepth', '2']);
    return found.split('\n').filter(Boolean);
  };
  const nodeExporter = () => lab.pods().find(({ name }) => name.startsWith('node-exporter'))?.pids[0] ?? 0;

  it('is run from its manifest: a pod of each role on the node’s network, enrolled, seen by the console', async () => {
    expect(
      agentPods()
        .map(({ labels, hostNetwork }) => [labels['app.kubernetes.io/component'], hostNetwork])
        .sort(),
    ).toEqual([
      ['cluster', true],
      ['node', true],
    ]);
    expect(console.enrolments).toHaveLength(1);
    await expect.poll(() => console.inventories.length, { timeout: 20_000 }).toBeGreaterThan(0);
    await expect.poll(() => console.heartbeats.length, { timeout: 20_000 }).toBeGreaterThan(0);
    await expect.poll(() => pins(nodeExporter()), { timeout: 20_000 }).not.toEqual([]);
    expect(existsSync('/sys/fs/bpf/margay')).toBe(false);
  });

  it('sees the connection of every pod that lives for a fraction of a second, whole and by its name', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `short-${index}`);
    const collector = await lab.client.get(resourceNamed('services'), 'monitoring', 'collector');
    const host = String(valueAt(collector, 'spec.clusterIP'));
    const call = { kind: 'http', host, port: 9091, path: '/short' };
    const config = { name: 'short', once: true, everyMs: 1, steps: [[call]] };
    await Promise.all(names.map((name) => lab.client.create(jobOf(name, config))));
    const reported = (name: string, end: 'src' | 'dst') => {
      const rows = console.rows().filter(({ source, reporter }) => nameOf(source) === name && reporter === end);
      const sum = (field: 'started' | 'completed' | 'packetsForward' | 'bytesForward') =>
        rows.reduce((total, row) => total + row[field], 0);
      return {
        started: sum('started'),
        ended: sum('completed'),
        packets: sum('packetsForward'),
        bytes: sum('bytesForward'),
      };
    };
    const isOver = (name: string) => reported(name, 'src').ended > 0 && reported(name, 'dst').ended > 0;
    await expect.poll(() => names.filter((name) => !isOver(name)), { timeout: 30_000, interval: 200 }).toEqual([]);
    for (const name of names) {
      expect(reported(name, 'src'), name).toMatchObject({ started: 1, ended: 1 });
      expect(reported(name, 'src'), name).toEqual(reported(name, 'dst'));
    }
    expect(console.batches.flatMap(({ head }) => head.losses)).toEqual([]);
    const timeOf = (name: string, wanted: string) =>
      lab.ledger().find(({ writer, op }) => op === wanted && writer.startsWith(`monitoring/${name}-`))?.timeMs ?? 0;
    const lives = names.map((name) => timeOf(name, 'connect') - timeOf(name, 'start')).sort((a, b) => a - b);
    globalThis.console.log(`they spoke ${lives[0]} to ${lives.at(-1)} ms after their network came`);
  });

  it('is started again when it is killed, and keeps its credential', async () => {
    const node = () => agentPods().find(({ labels }) => labels['app.kubernetes.io/component'] === 'node');
    const before = node()?.pids[0] ?? 0;
    process.kill(before, 'SIGKILL');
    await expect.poll(() => node()?.pids[0] ?? before, { timeout: 20_000 }).not.toBe(before);
    const beats = console.heartbeats.length;
    await expect.poll(() => console.heartbeats.length, { timeout: 30_000 }).toBeGreaterThan(beats);
    expect(console.enrolments).toHaveLength(1);
  });

  it('goes over to another console', async () => {
    const other = await startStandInConsole();
    await lab.connect(other.installUrl);
    expect(other.enrolments).toHaveLength(1);
    await expect.poll(() => other.heartbeats.length, { timeout: 30_000 }).toBeGreaterThan(1);
    await other.stop();
  });

  it('leaves nothing when its namespace is deleted', async () => {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'margay' } };
    await lab.client.delete(namespace);
    await expect
      .poll(() => lab.client.get(resourceNamed('namespaces'), undefined, 'margay'), { timeout: 30_000 })
      .toBeUndefined();
    expect(agentPods()).toEqual([]);
    expect(await pins(nodeExporter())).toEqual([]);
    expect(existsSync(join(nodeDirectory(lab.suffix), 'host/var/lib/margay'))).toBe(false);
    expect(faults).toEqual([]);
  });
});

const nameOf = (peer: Peer) => (peer.kind === 'workload' ? peer.name : '');

function jobOf(name: string, config: Record<string, unknown>): KubeObject {
  const container = {
    name: 'main',
    image: LAB_IMAGE,
    command: ['node', '/lab/service.mjs'],
    env: [{ name: 'LAB_CONFIG', value: JSON.stringify(config) }],
  };
  const spec = { restartPolicy: 'Never', automountServiceAccountToken: false, containers: [container] };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: 'monitoring' },
    spec: { template: { metadata: { labels: { app: 'short' } }, spec } },
  };
}

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, startLab } from '../src/index.ts';
import { resourceNamed } from '../src/kube/cluster.ts';
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
    expect(existsSync(join(lab.stateDirectory, 'host/var/lib/margay'))).toBe(false);
    expect(faults).toEqual([]);
  });
});

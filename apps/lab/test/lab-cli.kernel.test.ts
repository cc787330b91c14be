import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { peerKey } from '@margay/model';
import { afterAll, describe, expect, it } from 'vitest';
import type { ExpectedEdge } from '../src/index.ts';
import { edgeKey } from '../src/index.ts';
import { startLabProcess } from './lab-process.ts';
import { processesNaming, tracesOf } from './machine.ts';
import { startStandInConsole } from './stand-in-console.ts';

/** Every edge must show this soon after the lab says that it is up. */
const SHOW_MS_MAX = 15_000;
const ROOT = resolve(import.meta.dirname, '../../..');

const home = mkdtempSync(join(tmpdir(), 'margay-lab-cli-'));
const environment = { MARGAY_HOME: home };
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('npm run lab', () => {
  it('cleans up on Ctrl-C, beside another lab that goes on', async () => {
    const one = startLabProcess(['--apps', 'prober'], environment);
    const two = startLabProcess(['--apps', 'prober'], environment);
    const [first, second] = await Promise.all([one.event('ready'), two.event('ready')]);
    expect(first.suffix).not.toBe(second.suffix);
    one.child.kill('SIGINT');
    expect(await one.exited).toBe(0);
    expect(tracesOf(String(first.suffix))).toEqual([]);
    expect(tracesOf(String(second.suffix)).length).toBeGreaterThan(5);
    two.child.kill('SIGTERM');
    expect(await two.exited).toBe(0);
    expect(tracesOf(String(second.suffix))).toEqual([]);
    expect(readdirSync(home)).toEqual([]);
  });

  it('leaves after kill -9 no process, and in somebody’s clone nothing that they could not delete; the next start removes the rest', async () => {
    const clone = mkdtempSync(join(tmpdir(), 'margay-lab-clone-'));
    const owner = 54_321;
    cpSync(join(ROOT, 'apps/lab'), join(clone, 'apps/lab'), { recursive: true });
    cpSync(join(ROOT, 'package.json'), join(clone, 'package.json'));
    symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
    execFileSync('chown', ['-hR', `${owner}:${owner}`, clone]);
    const { KUBEBUILDER_ASSETS: assets } = process.env;
    const killed = startLabProcess(['--apps', 'bank'], assets ? { KUBEBUILDER_ASSETS: assets } : {}, clone);
    const { suffix, stateDirectory } = (await killed.event('ready')) as { suffix: string; stateDirectory: string };
    expect(stateDirectory).toBe(join(clone, '.margay', `lab-${suffix}`));
    killed.child.kill('SIGKILL');
    await killed.exited;
    // The kernel ends them with their parent; namespaces and folders stay.
    await expect.poll(() => processesNaming(suffix), { timeout: 5_000 }).toEqual([]);
    expect(tracesOf(suffix).length).toBeGreaterThan(0);
    const files = execFileSync('find', [clone, '-printf', '%U %G %p\n'], { encoding: 'utf8' }).trim().split('\n');
    expect(files.filter((line) => line.includes(stateDirectory)).length).toBeGreaterThan(50);
    expect(files.filter((line) => !line.startsWith(`${owner} ${owner} `))).toEqual([]);
    const next = startLabProcess(['--apps', 'prober', '--duration', '1'], {}, clone);
    await next.event('ready');
    expect(tracesOf(suffix)).toEqual([]);
    expect(existsSync(stateDirectory)).toBe(false);
    expect(await next.exited).toBe(0);
    expect(readdirSync(join(clone, '.margay'))).toEqual([]);
    rmSync(clone, { recursive: true });
  });

  it('takes down what runs and what was killed with --down', async () => {
    const killed = startLabProcess(['--apps', 'prober'], environment);
    const running = startLabProcess(['--apps', 'prober'], environment);
    const [dead, alive] = await Promise.all([killed.event('ready'), running.event('ready')]);
    killed.child.kill('SIGKILL');
    await killed.exited;
    const down = startLabProcess(['--down'], environment);
    expect(await down.exited).toBe(0);
    expect(await running.exited).toBe(0);
    for (const { suffix } of [dead, alive]) expect(tracesOf(String(suffix))).toEqual([]);
  });

  it('names what is missing, and installs it when it is told to', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'margay-lab-path-'));
    const tools = ['ip', 'nft', 'nsenter', 'setpriv', 'sysctl', 'sh', 'unshare', 'mount', 'readlink', 'node', 'ln'];
    for (const tool of tools) symlinkSync(whereIs(tool), join(folder, tool));
    // Stands for Debian's: it brings what is asked for, and writes down how it was called.
    const apt = `#!/bin/sh\necho "$@" >> ${folder}/calls\ncase "$*" in *iputils-ping*) ln -s ${whereIs('ping')} ${folder}/ping;; esac\n`;
    writeFileSync(join(folder, 'apt-get'), apt, { mode: 0o755 });
    const path = { ...environment, PATH: folder };
    const without = startLabProcess(['--apps', 'prober'], path);
    expect(await without.exited).toBe(1);
    expect(without.errors()).toMatch(/ping +ICMP traffic.*apt-get install iputils-ping.*--install/s);
    const lab = startLabProcess(['--apps', 'prober', '--install', '--duration', '1'], path);
    expect(await lab.event('note')).toMatchObject({ text: 'Installing: apt-get install iputils-ping' });
    await lab.event('ready');
    expect(await lab.exited).toBe(0);
    expect(readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')).toEqual([
      'update -qq',
      'install -y -qq --no-install-recommends iputils-ping',
    ]);
    rmSync(folder, { recursive: true });
  });

  it('is interrupted while it starts, and leaves nothing', async () => {
    const lab = startLabProcess([], environment);
    await expect.poll(() => lab.events.length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(2);
    const [suffix] = readdirSync(home).map((name) => name.replace('lab-', ''));
    lab.child.kill('SIGINT');
    expect(await lab.exited).toBe(0);
    expect(tracesOf(String(suffix))).toEqual([]);
    expect(readdirSync(home)).toEqual([]);
  });

  it('says what is wrong with an address before it builds anything', async () => {
    const nowhere = startLabProcess(['--connect', 'http://127.0.0.1:9/install/mgt_x'], environment);
    expect(await nowhere.exited).toBe(1);
    expect(nowhere.errors()).toMatch(/Nothing answers at http:\/\/127\.0\.0\.1:9/);
    const wrong = startLabProcess(['--connect', 'http://127.0.0.1:9/'], environment);
    expect(await wrong.exited).toBe(1);
    expect(wrong.errors()).toMatch(/no install address/);
    const console = await startStandInConsole();
    const unknown = startLabProcess(['--connect', `${console.origin}/install/mgt_other`], environment);
    expect(await unknown.exited).toBe(1);
    expect(unknown.errors()).toMatch(/refused the install address \(HTTP 40[14]\)/);
    await console.stop();
    expect(readdirSync(home)).toEqual([]);
  });

  it('connects the real agent: enrolled, inventory, and the flows of every true edge and of no other', async () => {
    const console = await startStandInConsole();
    const lab = startLabProcess(['--connect', console.installUrl, '--seed', '7'], environment);
    const ready = (await lab.event('ready')) as { expectedEdges: ExpectedEdge[]; nodeName: string; suffix: string };
    expect(console.enrolments).toHaveLength(1);
    const wanted = ready.expectedEdges.map(edgeKey).sort();
    const seen = () => {
      const keys = console
        .rows()
        .map((row) => `${peerKey(row.source)} → ${peerKey(row.destination)} ${row.protocol} ${row.port}`);
      return [...new Set(keys)].sort();
    };
    await expect
      .poll(() => wanted.filter((edge) => !seen().includes(edge)), { timeout: SHOW_MS_MAX, interval: 100 })
      .toEqual([]);
    expect(seen().filter((edge) => !wanted.includes(edge))).toEqual([]);
    const inventory = console.inventories.at(-1)?.inventory;
    expect(inventory?.pods.length).toBeGreaterThan(25);
    expect(inventory?.nodes.map(({ name }) => name)).toEqual([ready.nodeName]);
    lab.child.kill('SIGINT');
    expect(await lab.exited).toBe(0);
    expect(tracesOf(ready.suffix)).toEqual([]);
    await console.stop();
  });
});

const whereIs = (tool: string) => execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim();

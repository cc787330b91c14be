import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { peerKey } from '@margay/model';
import { afterAll, describe, expect, it } from 'vitest';
import type { ExpectedEdge } from '../src/index.ts';
import { edgeKey } from '../src/index.ts';
import { startLabProcess } from './lab-process.ts';
import { processesNaming, tracesOf } from './machine.ts';
import { startStandInConsole } from './stand-in-console.ts';

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

  it('leaves no process after kill -9, and the next start removes the rest', async () => {
    const killed = startLabProcess(['--apps', 'prober'], environment);
    const { suffix, stateDirectory } = (await killed.event('ready')) as { suffix: string; stateDirectory: string };
    expect(statSync(stateDirectory).uid).toBe(statSync(resolve(import.meta.dirname, '../package.json')).uid);
    killed.child.kill('SIGKILL');
    await killed.exited;
    // The kernel ends them with their parent; namespaces and folder stay.
    await expect.poll(() => processesNaming(suffix), { timeout: 5_000 }).toEqual([]);
    expect(tracesOf(suffix).length).toBeGreaterThan(0);
    const next = startLabProcess(['--apps', 'prober', '--duration', '1'], environment);
    await next.event('ready');
    expect(tracesOf(suffix)).toEqual([]);
    expect(existsSync(stateDirectory)).toBe(false);
    expect(await next.exited).toBe(0);
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
      .poll(() => wanted.filter((edge) => !seen().includes(edge)), { timeout: 60_000, interval: 500 })
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

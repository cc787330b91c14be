import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type EdgeEnd, type Lab, type LedgerEntry, startLab } from '@margay/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildAgent } from '../build.ts';
import { rowsOf, type SeenRow } from './edges-of.ts';
import { INSTALL_TOKEN, type ScriptedConsole, startScriptedConsole } from './scripted-console.ts';
import { until } from './until.ts';

const why =
  process.getuid?.() !== 0
    ? 'the lab makes network namespaces: needs root'
    : existsSync('/usr/lib/x86_64-linux-gnu/libbpf.so.1') || existsSync('/usr/lib/aarch64-linux-gnu/libbpf.so.1')
      ? null
      : 'libbpf is not installed';

const TCP = 6;
/** Every edge must show this soon after the agent runs. */
const SHOW_MS_MAX = 15_000;
/** Between the kernel's word on a connection and the process's own. */
const SKEW_MS = 500;
const FLUSH_MS = 5_000;

const endText = (end: EdgeEnd) =>
  end.kind === 'workload'
    ? `${end.namespace}/${end.ownerKind}/${end.name}`
    : end.kind === 'node'
      ? `node/${end.name}`
      : `external/${end.address}`;

describe('the bundled agent in a lab', () => {
  let console: ScriptedConsole;
  let lab: Lab;
  let directory = '';
  let startedMs = 0;

  beforeAll(async () => {
    if (why) return;
    directory = mkdtempSync(join(tmpdir(), 'margay-agent-node-'));
    await buildAgent(join(directory, 'agent'));
    console = await startScriptedConsole();
    console.issued.push({ id: '0192f6a0-0000-7000-8000-000000000001', secret: '1'.repeat(64) });
    lab = await startLab({
      apps: ['boutique'],
      home: directory,
      agentEntry: join(directory, 'agent/margay-agent.mjs'),
      connect: `${console.origin}/install/${INSTALL_TOKEN}`,
    });
    startedMs = Date.now();
  });
  afterAll(async () => {
    await lab?.stop();
    await console?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const keyOf = (row: SeenRow) => `${row.src} → ${row.dst} ${row.protocol}/${row.port}`;
  const agentPids = () =>
    lab
      .pods()
      .filter((pod) => pod.labels['app.kubernetes.io/component'] === 'node')
      .flatMap((pod) => pod.pids);

  it('shows every true edge soon, each Service by its backend and name, and no edge that is not real', async (context) => {
    context.skip(why !== null, why ?? '');
    const expected = lab.expectedEdges();
    const texts = expected.map((e) => `${endText(e.source)} → ${endText(e.destination)} ${e.protocol}/${e.port}`);
    await until(
      'every edge',
      () => {
        const seen = new Set(rowsOf(console).map(keyOf));
        return texts.every((text) => seen.has(text));
      },
      SHOW_MS_MAX,
    ).catch((error) => {
      const seen = new Set(rowsOf(console).map(keyOf));
      throw new Error(`${error}: ${texts.filter((text) => !seen.has(text)).join('\n')}`);
    });
    const known = new Set(texts);
    expect([...new Set(rowsOf(console).map(keyOf))].filter((key) => !known.has(key))).toEqual([]);
    const services = new Set(rowsOf(console).map((row) => `${keyOf(row)} via ${row.service}`));
    for (const [index, { source, service }] of expected.entries()) {
      // What the node itself opens is translated before it comes by a tap.
      if (service && source.kind === 'workload')
        expect(services).toContain(`${texts[index]} via ${service.namespace}/${service.name}`);
    }
    expect(Date.now() - startedMs).toBeLessThan(SHOW_MS_MAX);
    expect(console.batches.flatMap(({ head }) => head.losses)).toEqual([]);
  });

  it('says which pods it taps, and what it costs', async (context) => {
    context.skip(why !== null, why ?? '');
    const heartbeat = await until('a heartbeat', () =>
      console.heartbeats.findLast(({ role, taps }) => role === 'node' && taps.length > 0),
    );
    const named = heartbeat.taps.map(({ namespace, pod }) => `${namespace}/${pod}`);
    const local = lab
      .pods()
      .filter((pod) => !pod.hostNetwork)
      .map((pod) => `${pod.namespace}/${pod.name}`);
    expect(named.sort()).toEqual(expect.arrayContaining(local.filter((name) => name.startsWith('boutique/'))));
    expect(heartbeat.taps.every(({ state }) => state === 'active')).toBe(true);
    expect(heartbeat.rssBytes).toBeLessThan(200 << 20);
  });

  it('killed again and again misses no connection and counts none twice', async (context) => {
    context.skip(why !== null, why ?? '');
    const from = nextWindow() + FLUSH_MS;
    await delay(from + FLUSH_MS - Date.now());
    const killed = new Set<number>();
    for (let round = 0; round < 4; round++) {
      const [pid] = await until('the agent to run', () => (agentPids().length > 0 ? agentPids() : null));
      if (pid === undefined) continue;
      process.kill(pid, 'SIGKILL');
      killed.add(pid);
      await until('another process', () => agentPids().some((other) => other !== pid));
      // At another point of the window each time.
      await delay(1_300 + round * 1_100);
    }
    expect(killed.size).toBe(4);
    const to = nextWindow() + FLUSH_MS;
    await until(
      'the windows after it',
      () => rowsOf(console).some((row) => row.windowStart * 1_000 >= to + 2 * FLUSH_MS),
      60_000,
    );
    const rows = rowsOf(console).filter((row) => row.windowStart * 1_000 >= from && row.windowStart * 1_000 < to);
    for (const [reporter, op] of [
      ['dst', 'accept'],
      ['src', 'connect'],
    ] as const) {
      const counted = sumBy(
        rows.filter((row) => row.reporter === reporter && row.protocol === TCP),
        (row) => (reporter === 'dst' ? row.dst : row.src),
      );
      const logged = (margin: number) => countLedger(op, from - margin, to + margin);
      const [least, most] = [logged(-SKEW_MS), logged(SKEW_MS)];
      for (const [workload, count] of least) {
        expect(counted.get(workload) ?? 0, `${workload} ${op}`).toBeGreaterThanOrEqual(count);
        expect(counted.get(workload) ?? 0, `${workload} ${op}`).toBeLessThanOrEqual(most.get(workload) ?? 0);
      }
      expect(least.size).toBeGreaterThan(2);
    }
    expect(console.batches.flatMap(({ head }) => head.losses)).toEqual([]);
  });

  it('leaves nothing behind when it is uninstalled', async (context) => {
    context.skip(why !== null, why ?? '');
    const logs = join(lab.stateDirectory, 'logs');
    const said = () =>
      readdirSync(logs, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.includes('margay-node'))
        .some((name) => readFileSync(join(logs, name), 'utf8').includes('uninstalled: nothing is left'));
    await lab.client.send('DELETE', '/api/v1/namespaces/margay');
    await lab.client.send('DELETE', '/apis/apps/v1/namespaces/margay/daemonsets/margay-node');
    await until('the agent to end', () => agentPids().length === 0, 30_000);
    await until('its last word', said);
  });

  function nextWindow(): number {
    return Math.ceil(Date.now() / FLUSH_MS) * FLUSH_MS;
  }

  /** Connections by the workload of the pod that logged them. */
  function countLedger(op: LedgerEntry['op'], fromMs: number, toMs: number): Map<string, number> {
    const names = lab.plan.workloads.filter((w) => !w.hostNetwork).map((w) => `${w.namespace}/${w.kind}/${w.name}`);
    const entries = lab
      .ledger()
      .filter((e) => e.op === op && e.protocol === 'TCP' && e.timeMs >= fromMs && e.timeMs < toMs);
    const owned = entries.flatMap((e) => {
      const [namespace = '', pod = ''] = e.writer.split('/');
      const name = names.find((n) => n.startsWith(`${namespace}/`) && pod.startsWith(`${n.split('/')[2]}-`));
      return name ? [name] : [];
    });
    return sumBy(
      owned.map((workload) => ({ workload, started: 1 })),
      ({ workload }) => workload,
    );
  }
});

function sumBy<T extends { started: number }>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> {
  const sums = new Map<string, number>();
  for (const item of items) sums.set(keyOf(item), (sums.get(keyOf(item)) ?? 0) + item.started);
  return sums;
}

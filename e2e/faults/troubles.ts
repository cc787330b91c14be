import { randomBytes } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import type { GetGraphOutput } from '@margay/services/inputs';
import { flowBatch, workloadPeer } from '@margay/testkit';
import { encodeBatch, LIMITS } from '@margay/wire';
import { afterEach, describe, expect, it } from 'vitest';
import { parseSpoolFileName } from '../../agent/src/uplink/spool-file.ts';
import type { EnrolledCluster, FaultyMargay } from './faulty-margay.ts';
import { eventually } from './kills.ts';
import { LimitedDisk, noLimitedDisk } from './limited-disk.ts';
import { ReportingNode, rowsOf } from './reporting-node.ts';
import { addToLedger, differences, type SumsByEdge } from './sums.ts';
import type { WindowSpec } from './traffic.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Troubles other than sudden deaths, each on a cluster of its own: named, counted, nothing else harmed. */
export function describeTroubles(margayNow: () => FaultyMargay): void {
  describe('in trouble', () => {
    let cluster: EnrolledCluster;
    let node: ReportingNode;
    const opened: ReportingNode[] = [];
    /** What can be seen only once everything is rolled up: all of it waits together. */
    const whenRolledUp: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const used of opened.splice(0)) await used.close();
    });

    const open = async (name: string, bytesMax?: number) => {
      const margay = margayNow();
      cluster = await margay.enrol(name);
      const directory = join(margay.folder, name);
      node = await ReportingNode.open({ url: margay.url, cluster, directory, ...(bytesMax ? { bytesMax } : {}) });
      opened.push(node);
    };
    const wrong = async (windows: readonly WindowSpec[]) => {
      const ledger: SumsByEdge = new Map();
      addToLedger(ledger, rowsOf(windows));
      return differences(ledger, await margayNow().stored.sums('flow_5s', cluster.clusterId));
    };
    const graph = (fromMs: number, toMs: number) =>
      margayNow().user.query<GetGraphOutput>('flow.graph', { clusterId: cluster.clusterId, fromMs, toMs });
    /** Rows by the start of their bucket. */
    const rowsByTime = async (level: 'flow_1m' | 'flow_1h', clusterId: string) =>
      Object.fromEntries(
        (
          await margayNow().stored.query<{ ms: number; rows: number }>(
            `SELECT (extract(epoch FROM bucket) * 1000)::float8 AS ms, sum(flows) AS rows FROM flow.${level} WHERE cluster_id = $1 GROUP BY bucket ORDER BY bucket`,
            [clusterId],
          )
        ).map(({ ms, rows }) => [ms, rows]),
      );
    const expectedByTime = (windows: readonly WindowSpec[], stepMs: number) => {
      const rows: Record<number, number> = {};
      for (const { atMs, rows: count } of windows) {
        const bucket = Math.floor((Math.floor(atMs / 5_000) * 5_000) / stepMs) * stepMs;
        rows[bucket] = (rows[bucket] ?? 0) + count;
      }
      return rows;
    };

    it('the console is away for an hour: the spool keeps, catches up with the times of the events, and tells what did not fit', async () => {
      await open('away', 100 << 10);
      const nowMs = Date.now();
      const minuteMs = Math.floor(nowMs / MINUTE) * MINUTE;
      node.isReachable = false;
      for (let minute = 60; minute > 0; minute--) {
        // In the middle of a minute: what a slow machine takes for a wrong clock, seconds, does not change the bucket.
        for (const second of [20, 40]) {
          node.clock = () => minuteMs - minute * MINUTE + second * SECOND;
          await node.window();
        }
        if (minute === 60) await node.trySending();
      }
      const epochs = new Set(
        (await readdir(join(margayNow().folder, 'away/spool'))).map((file) => parseSpoolFileName(file)?.epoch),
      );
      const kept = node.windows.filter(({ epoch }) => epochs.has(epoch));
      const lost = rowsOf(node.windows).length - rowsOf(kept).length;
      expect(kept.length).toBeGreaterThan(20);
      expect(lost).toBeGreaterThan(0);

      node.isReachable = true;
      node.clock = Date.now;
      await node.send();
      const last = await node.window(minuteMs - 30 * SECOND);
      await node.send();
      expect(await margayNow().stored.losses(cluster.clusterId)).toEqual({ 'spool-full': lost });
      expect(await wrong([...kept, last])).toEqual([]);
      const { clusterId } = cluster;
      whenRolledUp.push(async () =>
        expect(await rowsByTime('flow_1m', clusterId)).toEqual(expectedByTime([...kept, last], MINUTE)),
      );
      const shown = await graph(nowMs - 2 * HOUR, nowMs + MINUTE);
      expect(shown.losses).toMatchObject([{ kind: 'spool-full', node: node.node, count: lost }]);
      expect(shown.losses[0]?.sinceMs).toBeGreaterThan(nowMs - HOUR);
    });

    it('the disk of the spool is full: what it does not take is counted, what it took arrives', async (context) => {
      if (noLimitedDisk) return context.skip(noLimitedDisk);
      const disk = await LimitedDisk.mount(join(margayNow().folder, 'full/spool'), 96 << 10);
      try {
        await open('full');
        node.isReachable = false;
        const taken: WindowSpec[] = [];
        while (node.spool.losses.list().length === 0) {
          const window = await node.window();
          if (node.spool.losses.list().length === 0) taken.push(window);
        }
        const lost = node.windows.length - taken.length;
        await node.window();
        expect(taken.length).toBeGreaterThan(3);
        expect((await readdir(disk.directory)).filter((name) => /part$|new$/.test(name))).toEqual([]);

        node.isReachable = true;
        await node.send();
        taken.push(await node.window());
        await node.send();
        const counted = (await margayNow().stored.losses(cluster.clusterId))['spool-full'];
        expect(counted).toBe(rowsOf(node.windows).length - rowsOf(taken).length);
        expect(lost).toBe(1);
        expect(await wrong(taken)).toEqual([]);
      } finally {
        disk.unmount();
      }
    });

    it.each([
      ['ahead', 2 * HOUR],
      ['behind', -2 * HOUR],
    ])('a node’s clock is two hours %s: its events stand at their true times', async (name, offMs) => {
      await open(`clock-${name}`);
      node.clock = () => Date.now() + offMs;
      const fromMs = Date.now();
      const window = await node.window();
      await node.send();
      expect(await wrong([window])).toEqual([]);
      const { edges } = await graph(fromMs - MINUTE, Date.now() + MINUTE);
      expect(edges.length).toBeGreaterThan(0);
      for (const { firstSeenMs } of edges) expect(Math.abs(firstSeenMs - fromMs)).toBeLessThan(30 * SECOND);
    });

    it('events in the future of their own clock are refused and counted, the rest of the node’s arrive', async () => {
      await open('future');
      const good = [await node.window()];
      const bad = await node.window(Date.now() + HOUR);
      await node.send();
      good.push(await node.window());
      await node.send();
      expect(await margayNow().stored.losses(cluster.clusterId)).toEqual({ decode: rowsOf([bad]).length });
      expect(await wrong(good)).toEqual([]);
    });

    it('a late batch is counted where its events were; one past the longest retention is refused and counted', async () => {
      await open('late');
      const late = await node.window(Date.now() - 30 * HOUR);
      const ancient = await node.window(Date.now() - 31 * DAY);
      const present = await node.window();
      await node.send();
      const last = await node.window();
      await node.send();
      const good = [late, present, last];
      expect(await margayNow().stored.losses(cluster.clusterId)).toEqual({ 'too-old': rowsOf([ancient]).length });
      expect(await wrong(good)).toEqual([]);
      const { clusterId } = cluster;
      whenRolledUp.push(async () => expect(await rowsByTime('flow_1h', clusterId)).toEqual(expectedByTime(good, HOUR)));
    });

    it('poisoned batches are refused with a reason and counted, those behind them arrive', async () => {
      await open('poisoned');
      const good = [await node.window()];
      const bad: WindowSpec[] = [];
      for (const content of poisons()) {
        bad.push(await node.window());
        const newest = (await readdir(join(margayNow().folder, 'poisoned/spool')))
          .filter((file) => file.endsWith('.batch'))
          .sort()
          .at(-1);
        await writeFile(join(margayNow().folder, 'poisoned/spool', newest ?? ''), content);
        good.push(await node.window());
      }
      await node.send();
      good.push(await node.window());
      await node.send();
      expect(await margayNow().stored.losses(cluster.clusterId)).toEqual({ decode: rowsOf(bad).length });
      expect(await wrong(good)).toEqual([]);
    });

    it('everything is rolled up into the minutes and hours of the events', async () => {
      expect(whenRolledUp).toHaveLength(2);
      await eventually(() => margayNow().stored.isRolledUp(), 'everything is rolled up');
      for (const check of whenRolledUp) await check();
    });
  });
}

/** What a broken disk, a broken agent or somebody with a credential could put in place of a batch. */
function poisons(): Uint8Array[] {
  const atMs = Date.now();
  const [src, dst] = [workloadPeer('shop', 'liar'), workloadPeer('shop', 'victim')];
  const honest = flowBatch([{ src, dst, atMs }]);
  const [first] = honest.head.peers;
  const underWrongId = { ...honest, head: { ...honest.head, peers: [{ id: first?.id ?? '', peer: dst }] } };
  return [
    randomBytes(300),
    zstdCompressSync(randomBytes(300)),
    zstdCompressSync(encodeBatch(honest)).subarray(0, 60),
    zstdCompressSync(Buffer.alloc(LIMITS.batchBytes + 1)),
    zstdCompressSync(encodeBatch(underWrongId)),
  ];
}

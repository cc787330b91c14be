import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createConnectionPool } from '../src/connectivity/connection-pool.ts';
import { createConnectivityTable } from '../src/connectivity/connectivity-table.ts';
import type { Packet } from '../src/model/packet.ts';
import { holdsAddress } from '../src/sets/address-set.ts';
import { holdsConnection } from '../src/sets/connection-set.ts';
import { packetOf, readScenario } from './calico-scenario.ts';

/** Calico's own verdicts on packets, asked of the sets that connectivity makes of the same clusters. */
const root = process.env.MARGAY_VECTORS;
if (root === undefined) console.warn('Calico scenarios skipped: MARGAY_VECTORS names no folder');
const folder = join(root ?? '', 'calico/scenarios');

const pointOf = ({ protocol, srcPort, dstPort, icmp }: Packet) => ({
  protocol,
  source: icmp?.type ?? srcPort ?? 0,
  target: icmp?.code ?? dstPort ?? 0,
});

describe.skipIf(root === undefined)('connectivity of Calico scenarios', () => {
  it.each(root === undefined ? [] : readdirSync(folder))('%s', (scenario) => {
    const { manifests, probes } = readScenario(join(folder, scenario));
    const { cluster, policies } = manifests;
    const pool = createConnectionPool();
    const tables = {
      enforced: createConnectivityTable(cluster, policies, {
        scope: 'enforced',
        pool,
        hostNetwork: 'nodes',
        ipv6: true,
      }),
      pending: createConnectivityTable(cluster, policies, { scope: 'pending', pool, hostNetwork: 'nodes', ipv6: true }),
    };
    let asked = 0;
    for (const [place, probe] of probes.entries()) {
      const packet = packetOf(cluster, probe);
      const [src, dst] = [packet.src, packet.dst].map(({ pod, ranges: [range] }) => ({ pod, range }));
      for (const [scope, table] of Object.entries(tables)) {
        const placeOf = (end: typeof src) =>
          table.workloads.indexOf(
            `${end?.pod?.workload.namespace}/${end?.pod?.workload.name}[${end?.pod?.workload.kind}]`,
          );
        const [from, to] = [placeOf(src), placeOf(dst)];
        const outside = (workload: number, end: typeof src, direction: 'ingress' | 'egress') =>
          table
            .outside(workload, direction)
            .find(
              ({ addresses }) =>
                end?.range !== undefined &&
                holdsAddress(addresses, { family: end.range.family, value: end.range.first }),
            )?.connections ?? 0;
        if (from < 0 && to < 0) continue;
        const entry = from >= 0 && to >= 0 ? table.between(from, to) : [];
        const family = entry.find((one) => one.family === packet.family || one.family === null)?.connections ?? 0;
        const id = from < 0 ? outside(to, src, 'ingress') : to < 0 ? outside(from, dst, 'egress') : family;
        const expected =
          scope === 'enforced' ? probe.expect.verdict : (probe.expect.pendingVerdict ?? probe.expect.verdict);
        const found = holdsConnection(pool.setOf(id), pointOf(packet)) ? 'allow' : 'deny';
        expect([place, scope, found]).toEqual([place, scope, expected]);
        asked++;
      }
    }
    expect(asked).toBeGreaterThan(20);
  });
});

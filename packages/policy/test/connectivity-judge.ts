import { parseAddress } from '../src/address/address.ts';
import { type AddressRange, rangeOfAddress } from '../src/address/address-range.ts';
import { createConnectionPool } from '../src/connectivity/connection-pool.ts';
import { createConnectivityTable } from '../src/connectivity/connectivity-table.ts';
import { podEnd, rangesEnd } from '../src/engine/ends.ts';
import { evaluate } from '../src/engine/evaluate.ts';
import type { ClusterModel } from '../src/model/cluster.ts';
import type { End, Packet } from '../src/model/packet.ts';
import type { PolicySet } from '../src/model/policy.ts';
import { holdsAddress } from '../src/sets/address-set.ts';
import { type ConnectionPoint, holdsConnection } from '../src/sets/connection-set.ts';

/** Both sides of every bound that random manifests use, and some that nothing names. */
const PORTS = [1, 52, 53, 54, 78, 79, 80, 81, 82, 7999, 8000, 8080, 9000, 9001, 65_535];
const SOURCE_PORTS = [53, 80, 8000, 40_000];
const TYPES = [
  [8, 0],
  [8, 1],
  [128, 0],
  [0, 0],
] as const;
const PORT_PROTOCOLS = [6, 17, 132];
const ICMP_PROTOCOLS = [1, 58];
const POINTS: readonly ConnectionPoint[] = [
  ...PORT_PROTOCOLS.flatMap((protocol) =>
    PORTS.flatMap((target) => SOURCE_PORTS.map((source) => ({ protocol, source, target }))),
  ),
  ...ICMP_PROTOCOLS.flatMap((protocol) => TYPES.map(([source, target]) => ({ protocol, source, target }))),
  ...[2, 47, 136].map((protocol) => ({ protocol, source: 0, target: 0 })),
];

/** Around every bound of the blocks in random manifests; none is a pod's. */
export const OUTSIDE: readonly AddressRange[] = [
  ...['0.0.0.0', '9.255.255.255', '10.0.0.0', '10.0.0.99', '10.9.0.1', '10.9.0.2', '10.255.255.255', '11.0.0.0'],
  ...['127.255.255.255', '128.0.0.0', '192.0.1.255', '192.0.2.0', '192.0.2.7', '192.0.2.9', '192.0.2.127'],
  ...['192.0.2.128', '192.0.2.255', '192.0.3.0', '255.255.255.255'],
  ...['::', '1fff:ffff::', '2000::', '2001:db8::', '2001:db8::ff', '2001:db8:0:1::', '3fff:ffff::', '4000::'],
].flatMap((text) => {
  const address = parseAddress(text);
  return address === null ? [] : [rangeOfAddress(address)];
});

type Scope = 'enforced' | 'pending';
interface Ends {
  readonly src: End;
  readonly dst: End;
}

/** Packets between workloads of which connectivity and evaluate say different things. */
export function disagreements(cluster: ClusterModel, policies: PolicySet, scope: Scope): unknown[] {
  const { table, pool, ends } = open(cluster, policies, scope);
  const wrong: unknown[] = [];
  for (const [i, srcs] of ends.entries()) {
    for (const [j, dsts] of ends.entries()) {
      if (i === j) continue;
      const found = table.between(i, j);
      for (const family of [4, 6] as const) {
        const pairs = srcs.flatMap((src) => dsts.map((dst) => ({ src, dst }))).filter((pair) => meet(pair, family));
        const entry = found.find((one) => one.family === family || one.family === null);
        const set = pool.setOf(entry?.connections ?? 0);
        if (pairs.length === 0) continue;
        for (const point of POINTS) {
          const expected = pairs.some((pair) => allows(cluster, policies, { ...pair, family, point, scope }));
          if (holdsConnection(set, point) !== expected)
            wrong.push({ src: table.workloads[i], dst: table.workloads[j], family, point, expected });
        }
      }
    }
  }
  return wrong;
}

/** Likewise, for packets from and to outside. */
export function disagreementsOutside(cluster: ClusterModel, policies: PolicySet): unknown[] {
  const { table, pool, ends } = open(cluster, policies, 'enforced');
  const wrong: unknown[] = [];
  for (const [place, own] of ends.entries()) {
    for (const range of OUTSIDE) {
      const outside = rangesEnd(cluster, [range]);
      for (const direction of ['ingress', 'egress'] as const) {
        const part = table
          .outside(place, direction)
          .find(({ addresses }) => holdsAddress(addresses, { family: range.family, value: range.first }));
        const pairs = own
          .map((end) => (direction === 'egress' ? { src: end, dst: outside } : { src: outside, dst: end }))
          .filter((pair) => meet(pair, range.family));
        for (const point of POINTS) {
          const expected = pairs.some((pair) =>
            allows(cluster, policies, { ...pair, family: range.family, point, scope: 'enforced' }),
          );
          const found = part !== undefined && holdsConnection(pool.setOf(part.connections), point);
          if (found !== expected) wrong.push({ workload: table.workloads[place], direction, range, point, expected });
        }
      }
    }
  }
  return wrong;
}

function open(cluster: ClusterModel, policies: PolicySet, scope: Scope) {
  const pool = createConnectionPool();
  const table = createConnectivityTable(cluster, policies, { scope, pool, hostNetwork: 'nodes', ipv6: true });
  const byName = new Map(cluster.workloads.map((one) => [`${one.namespace}/${one.name}[${one.kind}]`, one]));
  const ends = table.workloads.map((name) =>
    (byName.get(name)?.pods ?? []).flatMap((pod) =>
      pod.ranges.length === 0 ? [podEnd(cluster, pod)] : pod.ranges.map((range) => podEnd(cluster, pod, [range])),
    ),
  );
  return { table, pool, ends };
}

/** Whether a packet between them may be of the family; IPv4 where neither has an address. */
function meet({ src, dst }: Ends, family: 4 | 6): boolean {
  const known = [...src.ranges, ...dst.ranges].map((range) => range.family);
  return known.length === 0 ? family === 4 : known.every((one) => one === family);
}

interface Question extends Ends {
  readonly family: 4 | 6;
  readonly point: ConnectionPoint;
  readonly scope: Scope;
}

function allows(cluster: ClusterModel, policies: PolicySet, { src, dst, family, point, scope }: Question): boolean {
  const { protocol, source, target } = point;
  const hasPorts = PORT_PROTOCOLS.includes(protocol);
  const packet: Packet = {
    src,
    dst,
    family,
    protocol,
    srcPort: hasPorts ? source : null,
    dstPort: hasPorts ? target : null,
    icmp: ICMP_PROTOCOLS.includes(protocol) ? { type: source, code: target } : null,
  };
  const { verdict, pendingVerdict } = evaluate(cluster, policies, packet);
  return (scope === 'enforced' ? verdict : pendingVerdict) === 'allow';
}

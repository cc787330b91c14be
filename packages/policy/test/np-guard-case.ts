import { addressEnd, podEnd } from '../src/engine/ends.ts';
import type { ClusterModel } from '../src/model/cluster.ts';
import type { End } from '../src/model/packet.ts';
import type { PolicySet } from '../src/model/policy.ts';
import { parseManifests } from '../src/parse/parse-manifests.ts';
import { readFolder } from './vector-files.ts';

/** The manifests of one np-guard scenario, as ends by the names its listing uses (`ns/name[Kind]`) and policies. */
export interface NpGuardCase {
  readonly cluster: ClusterModel;
  readonly policies: PolicySet;
  /** Pods by their first one, without addresses: there an ipBlock selects no pod. Those on the host network, which np-guard takes as pods, are left out. */
  readonly ends: ReadonlyMap<string, End>;
}
export interface Row {
  readonly src: string;
  readonly dst: string;
  readonly conn: string;
}

export function readCase(folder: string): NpGuardCase {
  const { cluster, policies } = parseManifests(readFolder(folder), { mode: 'strict', assumeMissing: true });
  const ends = new Map<string, End>();
  for (const { namespace, name, kind, pods } of cluster.workloads) {
    const [pod] = pods;
    if (pod?.isGoverned) ends.set(`${namespace}/${name}[${kind}]`, podEnd(cluster, pod, []));
  }
  return { cluster, policies, ends };
}

/** `first-last[External]` → its two ends; null for a workload. */
export function rangeOf(name: string): readonly [string, string] | null {
  const match = /^(.+)-(.+)\[External\]$/.exec(name);
  return match === null ? null : [match[1] ?? '', match[2] ?? ''];
}

export function externalEnd(cluster: ClusterModel, address: string): End {
  const end = addressEnd(cluster, address);
  if (end === null) throw new Error(`not an address: ${address}`);
  return end;
}

/** Whether `conn` ("All Connections", "SCTP 80,90-99,TCP 1-65535") holds a port. */
export function connHolds(conn: string, protocol: string, port: number): boolean {
  if (conn === 'All Connections') return true;
  let current = '';
  for (const part of conn.split(',').map((text) => text.trim())) {
    const match = /^(?:([A-Z]+) ?)?(.*)$/.exec(part);
    if (match?.[1]) current = match[1];
    const text = match?.[2] ?? '';
    const [from = '1', to = from] = text === '' || text === 'All Ports' ? ['1', '65535'] : text.split('-');
    if (current === protocol && port >= Number(from) && port <= Number(to)) return true;
  }
  return false;
}

/** Every port at which some answer may change, and one that nothing names. */
export function portsToProbe(rows: readonly Row[]): number[] {
  const named = rows.flatMap(({ conn }) => [...conn.matchAll(/\d+/g)].map(([text]) => Number(text)));
  const around = named.flatMap((port) => [port - 1, port, port + 1]);
  return [...new Set([...around, 40_123])].filter((port) => port >= 1 && port <= 65_535);
}

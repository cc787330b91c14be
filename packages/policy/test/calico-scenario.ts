import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addressEnd, familyOf } from '../src/engine/ends.ts';
import { CALICO_PROTOCOLS } from '../src/kinds/calico-protocol.ts';
import type { ClusterModel } from '../src/model/cluster.ts';
import type { TraceEntry } from '../src/model/evaluation.ts';
import type { Packet } from '../src/model/packet.ts';
import { type Manifests, parseManifests } from '../src/parse/parse-manifests.ts';

type Verdict = 'allow' | 'deny';
interface ExpectedEnd {
  readonly verdict: Verdict;
  readonly enforced: readonly TraceEntry[];
  readonly pendingVerdict?: Verdict;
  readonly pending?: readonly TraceEntry[];
}
export interface Probe {
  readonly src: { readonly pod?: string; readonly ip: string };
  readonly dst: { readonly pod?: string; readonly ip: string };
  readonly protocol: string | number;
  readonly srcPort?: number;
  readonly dstPort?: number;
  readonly icmp?: { readonly type: number; readonly code: number };
  readonly expect: {
    readonly verdict: Verdict;
    readonly pendingVerdict?: Verdict;
    readonly egress?: ExpectedEnd;
    readonly ingress?: ExpectedEnd;
  };
}
export interface Scenario {
  readonly manifests: Manifests;
  readonly probes: readonly Probe[];
}

export function readScenario(folder: string): Scenario {
  const text = readFileSync(join(folder, 'manifests.yaml'), 'utf8');
  const { probes } = JSON.parse(readFileSync(join(folder, 'probes.json'), 'utf8')) as { probes: Probe[] };
  const manifests = parseManifests([{ file: 'manifests.yaml', text }], { mode: 'strict', assumeMissing: false });
  return { manifests, probes };
}

export function packetOf(cluster: ClusterModel, probe: Probe): Packet {
  const [src, dst] = [addressEnd(cluster, probe.src.ip), addressEnd(cluster, probe.dst.ip)];
  if (src === null || dst === null) throw new Error('not an address');
  const { protocol } = probe;
  const number = typeof protocol === 'number' ? protocol : (CALICO_PROTOCOLS[protocol.toLowerCase()] ?? -1);
  return {
    src,
    dst,
    family: familyOf(src, dst),
    protocol: number,
    srcPort: probe.srcPort ?? null,
    dstPort: probe.dstPort ?? null,
    icmp: probe.icmp ?? null,
  };
}

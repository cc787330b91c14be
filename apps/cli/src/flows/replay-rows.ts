import { type Peer, portText } from '@margay/model';
import type { Explanation, Judgement, NearestMiss, Outcome, ReplayCase, ReplayedEdge, Trace } from '@margay/policy';
import { policyName } from '../output/policy-name.ts';

/** What a reader tells apart: edges of several versions of a peer are one row where all else is the same. */
export interface ReplayRow {
  readonly outcome: Outcome;
  readonly src: string;
  readonly dst: string;
  readonly port: string;
  /** What became of the traffic when it was recorded. */
  readonly recorded: 'allow' | 'deny';
  readonly edges: number;
  readonly connections: number;
  readonly bytes: number;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  /** In words: what decides. */
  readonly before: string;
  readonly after: string;
  readonly nearest: readonly string[];
  readonly why: string | null;
  readonly cases: readonly ReplayCase[];
  readonly explanation: Explanation;
}

/** In the order of the edges. */
export function rowsOf(edges: Iterable<ReplayedEdge>): readonly ReplayRow[] {
  const rows = new Map<string, ReplayRow>();
  for (const one of edges) {
    const row = rowOf(one);
    const { outcome, src, dst, port, recorded, before, after, nearest, why } = row;
    const key = JSON.stringify([outcome, src, dst, port, recorded, before, after, nearest, why]);
    const known = rows.get(key);
    rows.set(key, known === undefined ? row : add(known, row));
  }
  return [...rows.values()];
}

const add = (a: ReplayRow, b: ReplayRow): ReplayRow => ({
  ...a,
  edges: a.edges + b.edges,
  connections: a.connections + b.connections,
  bytes: a.bytes + b.bytes,
  firstSeenMs: Math.min(a.firstSeenMs, b.firstSeenMs),
  lastSeenMs: Math.max(a.lastSeenMs, b.lastSeenMs),
});

function rowOf({ edge, outcome, why, cases, explain }: ReplayedEdge): ReplayRow {
  const explanation = explain();
  const { before, after, nearest } = explanation;
  return {
    outcome,
    src: peerName(edge.src),
    dst: peerName(edge.dst),
    port: portText(edge.protocol, edge.port),
    recorded: edge.action,
    edges: 1,
    connections: edge.connectionsStarted,
    bytes: edge.bytesForward + edge.bytesReverse,
    firstSeenMs: edge.firstSeenMs,
    lastSeenMs: edge.lastSeenMs,
    before: describe(before),
    after: describe(after),
    nearest: [nearest.egress, nearest.ingress].flatMap((miss) => (miss === null ? [] : [describeMiss(miss)])),
    why,
    cases,
    explanation,
  };
}

/** As connectivity names them, where it does. */
function peerName(peer: Peer): string {
  switch (peer.kind) {
    case 'workload':
      return `${peer.namespace}/${peer.name}[${peer.ownerKind}]`;
    case 'service':
      return `${peer.namespace}/${peer.name}[Service]`;
    case 'node':
      return `${peer.name}[Node]`;
    case 'cidr':
      return `${peer.cidr}[External]`;
    case 'external':
      return `${peer.address}[External]`;
    case 'unknown':
      return `${peer.address}[Unknown]`;
  }
}

/** `denied at ingress: no rule of KubernetesNetworkPolicy shop/db matches`; `allowed by rule 0 of …`. */
function describe({ verdict, egress, ingress }: Judgement): string {
  if (verdict === 'allow') {
    const rules = [egress, ingress].map(allowingRule).filter((text) => text !== null);
    return rules.length === 0 ? 'allowed: no policy decides' : `allowed by ${rules.join(' and ')}`;
  }
  const denials = [
    ...(egress?.verdict === 'deny' ? [`egress: ${denial(egress)}`] : []),
    ...(ingress?.verdict === 'deny' ? [`ingress: ${denial(ingress)}`] : []),
  ];
  return `denied at ${denials.join('; at ')}`;
}

function allowingRule(trace: Trace | null): string | null {
  const last = trace?.entries.at(-1);
  return last === undefined || last.kind === 'Profile' ? null : `rule ${last.rule} of ${policyName(last)}`;
}

function denial({ entries, isolating }: Trace): string {
  const last = entries.at(-1);
  if (last === undefined) return 'its namespace does not exist';
  if (last.rule >= 0) return `rule ${last.rule} of ${policyName(last)}`;
  return `no rule of ${isolating.map(policyName).join(', ')} matches`;
}

const describeMiss = ({ policy, rule, differs, wanted, found }: NearestMiss) =>
  `${policyName(policy)} ${rule.path} differs in ${differs}: it has ${wanted}, this is ${found}`;

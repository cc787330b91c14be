import { portText } from '@margay/model';
import { workloadKey } from '../inventory/cluster-index.ts';
import { resolveService } from '../inventory/resolve-service.ts';
import type { DnsPartner } from './dns-ports.ts';
import { type Cluster, type End, endOfAddress, endOfPeer, endOfWorkload, type Unnameable } from './end.ts';
import { fitFamilies } from './fit-families.ts';
import type { Lesson, Omission } from './lesson.ts';
import type { IsNewDemand } from './new-demand.ts';
import { plainText } from './plain-text.ts';
import { onePort, type Port } from './port.ts';
import type { ObservedEdge } from './types.ts';
import { workloadWords } from './words.ts';

const NEW_DEMAND = 'new demand: a policy that Margay rolled out denied it; it is allowed only when you add it';
const NAMEABLE_PROTOCOLS = new Set([6, 17, 132]);

/** An end with the port that it uses; `key` is its workload's, where it is one. */
interface Target extends Port {
  readonly end: End | Unnameable;
  readonly key: string | null;
}

/** What edges are read by. */
export interface Learning {
  readonly cluster: Cluster;
  readonly dnsPartner: DnsPartner;
  readonly isNewDemand: IsNewDemand;
}

/** What an edge teaches the units at its ends. Only traffic that got through teaches; the initiator is the source, so replies never do. */
export function learn({ cluster, dnsPartner, isNewDemand }: Learning, edge: ObservedEdge): (Lesson | Omission)[] {
  const src = endOfSource(cluster, edge);
  const targets = targetsOf(cluster, edge);
  const reason = isNewDemand(edge) ? NEW_DEMAND : reasonAgainst(edge);
  return targets.flatMap((target): (Lesson | Omission)[] => {
    const { end } = target;
    if (reason !== null) return omit(edge, src, end, reason);
    if (src.kind === 'unnameable') return omit(edge, src, end, src.reason);
    if (end.kind === 'unnameable') return omit(edge, src, end, end.reason);
    const ends = fitFamilies(src, end);
    if (ends === null) return omit(edge, src, end, 'its addresses and those of the pods are of different families');
    const seen = lessons(edge, ends.src, ends.dst, target, { pairedWith: null, backends: targets.length });
    const partner = target.key === null ? null : dnsPartner(target.key, target);
    if (partner === null) return seen;
    const pairedWith = onePort(target);
    return [...seen, ...lessons(edge, ends.src, ends.dst, partner, { pairedWith, backends: targets.length })];
  });
}

function reasonAgainst({ action, protocol, port }: ObservedEdge): string | null {
  if (action === 'deny') return 'it was denied: denied traffic teaches nothing';
  if (!NAMEABLE_PROTOCOLS.has(protocol))
    return 'a Kubernetes NetworkPolicy can name TCP, UDP and SCTP only; a rule without ports would allow far more than was seen';
  return port >= 1 && port <= 65535 ? null : 'a Kubernetes NetworkPolicy cannot name this port';
}

function endOfSource(cluster: Cluster, { src }: ObservedEdge): End | Unnameable {
  if (src.kind !== 'service') return endOfPeer(cluster, src);
  const words = { namespace: src.namespace, name: plainText(src.name) };
  return { kind: 'unnameable', reason: 'a Service opens no connections', words };
}

function targetsOf(cluster: Cluster, { dst, protocol, port }: ObservedEdge): Target[] {
  if (dst.kind !== 'service') {
    const key = dst.kind === 'workload' ? workloadKey(dst.namespace, dst.ownerKind, dst.name) : null;
    return [{ end: endOfPeer(cluster, dst), key, protocol, port }];
  }
  const words = { namespace: dst.namespace, name: `Service ${plainText(dst.name)}` };
  const { backends, reason } = resolveService(cluster.index, {
    namespace: dst.namespace,
    name: dst.name,
    protocol,
    port,
  });
  if (reason !== null) return [{ end: { kind: 'unnameable', reason, words }, key: null, protocol, port }];
  return backends.map((backend) => {
    if (backend.kind === 'address')
      return { end: endOfAddress(backend.address), key: null, protocol, port: backend.port };
    const workload = cluster.index.workloads.get(backend.key) ?? { namespace: dst.namespace, name: backend.key };
    return { end: endOfWorkload(cluster, backend.key, workload), key: backend.key, protocol, port: backend.port };
  });
}

function lessons(
  edge: ObservedEdge,
  src: End,
  dst: End,
  { protocol, port }: Port,
  how: { readonly pairedWith: string | null; readonly backends: number },
): Lesson[] {
  const common = { kind: 'lesson', protocol, port, edge, ...how } as const;
  const learnt: Lesson[] = [];
  if (src.kind === 'unit') learnt.push({ ...common, unit: src.unit, direction: 'egress', peer: dst });
  if (dst.kind === 'unit') learnt.push({ ...common, unit: dst.unit, direction: 'ingress', peer: src });
  return learnt;
}

/** Both ends say that they left it out. */
function omit(edge: ObservedEdge, src: End | Unnameable, dst: End | Unnameable, reason: string): Omission[] {
  const port = portText(edge.protocol, edge.port);
  const name = ({ words }: End | Unnameable, from: string) =>
    words.namespace === null ? words.name : workloadWords({ namespace: words.namespace, name: words.name }, from);
  const isNewDemand = reason === NEW_DEMAND;
  const common = { kind: 'omission', reason, edge, connections: edge.connectionsStarted, isNewDemand } as const;
  const omissions: Omission[] = [];
  if (src.kind === 'unit')
    omissions.push({
      ...common,
      unit: src.unit,
      direction: 'egress',
      sentence: `${port} to ${name(dst, src.unit.namespace)}`,
    });
  if (dst.kind === 'unit')
    omissions.push({
      ...common,
      unit: dst.unit,
      direction: 'ingress',
      sentence: `${port} from ${name(src, dst.unit.namespace)}`,
    });
  return omissions;
}

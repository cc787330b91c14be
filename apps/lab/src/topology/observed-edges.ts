import { isIPv6 } from 'node:net';
import { icmpPort } from '@margay/model';
import type { LedgerEntry } from '../ledger.ts';
import { ADDRESSES } from '../network/addresses.ts';
import { type EdgeEnd, edgeKey } from './edges.ts';
import type { Plan, Workload } from './plan.ts';

/** An edge that really happened, by what the processes wrote down. */
export interface ObservedEdge {
  readonly source: EdgeEnd;
  readonly destination: EdgeEnd;
  readonly protocol: number;
  readonly port: number;
  readonly family: 4 | 6;
  /** TCP: connections accepted (outside the lab's processes: connected). UDP, ICMP: datagrams or echoes. */
  readonly count: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

const NUMBERS = { TCP: 6, UDP: 17, ICMP: 1, none: 0 } as const;

/** Edges from a ledger: the receiving side's word where a process of the lab receives, the sender's where none does (outside addresses, the API). */
export function observedEdges(ledger: readonly LedgerEntry[], plan: Plan, nodeName: string): ObservedEdge[] {
  const writers = new Writers(ledger, plan, nodeName);
  const edges = new Map<string, ObservedEdge>();
  for (const entry of ledger) {
    if (entry.op === 'start') continue;
    const ends = isReceiving(entry) ? writers.received(entry) : writers.sentOutside(entry);
    if (!ends || (ends.source.kind === ends.destination.kind && ends.source.kind !== 'workload')) continue;
    const family = isIPv6(entry.remote.address ?? '') ? 6 : 4;
    const edge = { ...ends, protocol: NUMBERS[entry.protocol], family } as const;
    const known = edges.get(edgeKey(edge));
    edges.set(edgeKey(edge), {
      ...edge,
      count: (known?.count ?? 0) + 1,
      firstMs: known?.firstMs ?? entry.timeMs,
      lastMs: entry.timeMs,
    });
  }
  return [...edges.values()];
}

const isReceiving = ({ op }: LedgerEntry) => op === 'accept' || op === 'receive';

interface Ends {
  readonly source: EdgeEnd;
  readonly destination: EdgeEnd;
  readonly port: number;
}

/** Who an entry is about. */
class Writers {
  readonly #plan: Plan;
  readonly #node: EdgeEnd;
  /** Address → when which writer used it: an address goes from pod to pod. */
  readonly #uses = new Map<string, { readonly timeMs: number; readonly writer: string }[]>();

  constructor(ledger: readonly LedgerEntry[], plan: Plan, nodeName: string) {
    this.#plan = plan;
    this.#node = { kind: 'node', name: nodeName };
    for (const { local, timeMs, writer } of ledger) {
      if (!local.address) continue;
      const uses = this.#uses.get(local.address) ?? [];
      uses.push({ timeMs, writer });
      this.#uses.set(local.address, uses);
    }
  }

  received({ writer, remote, local, timeMs }: LedgerEntry): Ends | undefined {
    const destination = this.#endOfWriter(writer);
    const source = this.#endOfAddress(remote.address ?? '', timeMs);
    return destination && source && local.port ? { source, destination, port: local.port } : undefined;
  }

  sentOutside({ writer, remote, protocol }: LedgerEntry): Ends | undefined {
    const source = this.#endOfWriter(writer);
    const address = remote.address ?? '';
    if (!source) return undefined;
    if (address === ADDRESSES.kubernetesService) return { source, destination: this.#node, port: ADDRESSES.apiPort };
    if (isInside(address)) return undefined;
    const port = protocol === 'ICMP' ? icmpPort(8, 0) : (remote.port ?? 0);
    return { source, destination: { kind: 'external', address }, port };
  }

  #endOfAddress(address: string, timeMs: number): EdgeEnd | undefined {
    if (Object.values<string>(ADDRESSES.node).includes(address)) return this.#node;
    if (!isInside(address)) return { kind: 'external', address };
    const uses = this.#uses.get(address) ?? [];
    const nearest = uses.reduce<(typeof uses)[number] | undefined>(
      (best, use) => (!best || Math.abs(use.timeMs - timeMs) < Math.abs(best.timeMs - timeMs) ? use : best),
      undefined,
    );
    return nearest && this.#endOfWriter(nearest.writer);
  }

  #endOfWriter(writer: string): EdgeEnd | undefined {
    if (writer === 'node') return this.#node;
    const workload = this.#plan.workloads.find((candidate) => ownsPod(candidate, writer));
    if (!workload) return undefined;
    const { role, namespace, kind, name, hostNetwork } = workload;
    return hostNetwork ? this.#node : { kind: 'workload', role, namespace, ownerKind: kind, name };
  }
}

const POD_NAMES = {
  Deployment: /^-[a-z0-9]{10}-[a-z0-9]{5}$/,
  DaemonSet: /^-[a-z0-9]{5}$/,
  StatefulSet: /^-\d+$/,
  CronJob: /^-\d+-[a-z0-9]{5}$/,
} as const;

/** Whether `namespace/pod` is a pod of the workload, by the names that Kubernetes gives pods. */
function ownsPod({ namespace, name, kind }: Workload, pod: string): boolean {
  const prefix = `${namespace}/${name}`;
  return pod.startsWith(prefix) && POD_NAMES[kind].test(pod.slice(prefix.length));
}

/** An address of the lab's pods, Services or node. */
function isInside(address: string): boolean {
  return (
    address.startsWith('10.244.') ||
    address.startsWith('10.96.') ||
    address.startsWith('fd00:') ||
    address === ADDRESSES.node.ipv4
  );
}

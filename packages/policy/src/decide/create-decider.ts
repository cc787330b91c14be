import type { Inventory, MergedEdge, PolicyRef, Verdict } from '@margay/model';
import { formatRange } from '../address/address-range.ts';
import { familyOf } from '../engine/ends.ts';
import { evaluate } from '../engine/evaluate.ts';
import { governing } from '../engine/governing.ts';
import { type InventoryModel, modelInventory } from '../inventory/model-inventory.ts';
import type { End, Packet } from '../model/packet.ts';
import type { Direction } from '../model/policy.ts';
import { createPeerEnds } from './peer-end.ts';
import { type ServiceBackend, serviceBackends } from './service-backends.ts';

export interface Decision {
  readonly verdict: Verdict;
  /** Policies that govern an end in its direction, deciding first; empty when none does. */
  readonly decidedBy: PolicyRef[];
}

/**
 * Says of each edge what the cluster's policies have to do with it. What the kernel saw stands: only an edge that was denied is `denied`.
 * Deciding policies come first: those whose rule allows an allowed edge, those that deny a denied one, by a rule or because they isolate.
 */
export function createDecider(inventory: Inventory): (edge: MergedEdge) => Decision {
  const model = modelInventory(inventory);
  const ends = createPeerEnds(model.cluster);
  const endOf = remember(ends.ofPeer);
  const backendOf = remember(ends.ofBackend);

  const packetsOf = (edge: MergedEdge): Packet[] => {
    const { port, dst } = edge;
    const src = endOf(edge.srcId, edge.src);
    const asSeen = () => packetOf(edge, src, { end: endOf(edge.dstId, dst), port });
    if (dst.kind !== 'service') return [asSeen()];
    const asked = { namespace: dst.namespace, name: dst.name, protocol: edge.protocol, port };
    const backends = oneOfEachWorkload(serviceBackends(model.cluster, asked));
    if (backends.size === 0) return [asSeen()];
    return [...backends].map(([key, backend]) =>
      packetOf(edge, src, { end: backendOf(key, backend), port: backend.port }),
    );
  };
  return (edge) => decide(model, edge, packetsOf(edge));
}

/** Peers recur in thousands of edges; each becomes an end once. */
function remember<T>(make: (value: T) => End): (id: string, value: T) => End {
  const known = new Map<string, End>();
  return (id, value) => {
    const end = known.get(id) ?? make(value);
    known.set(id, end);
    return end;
  };
}

/** Pods of one template look alike to policies: one stands for all, at the addresses of all. */
function oneOfEachWorkload(backends: readonly ServiceBackend[]): ReadonlyMap<string, ServiceBackend> {
  const found = new Map<string, ServiceBackend>();
  for (const backend of backends) {
    const { pod, port } = backend;
    const owner =
      pod === null ? backend.ranges.map(formatRange) : [pod.namespace, pod.workload.kind, pod.workload.name];
    const key = JSON.stringify([...owner, port]);
    const ranges = pod === null ? backend.ranges : pod.workload.pods.flatMap((one) => one.ranges);
    if (!found.has(key)) found.set(key, { ...backend, ranges });
  }
  return found;
}

/** Of ICMP an edge keeps type and code in place of a port. */
function packetOf({ protocol }: MergedEdge, src: End, { end: dst, port }: { end: End; port: number }): Packet {
  const isIcmp = protocol === 1 || protocol === 58;
  const icmp = isIcmp ? { type: port >> 8, code: port & 255 } : null;
  return { src, dst, family: familyOf(src, dst), protocol, srcPort: null, dstPort: isIcmp ? null : port, icmp };
}

function decide({ cluster, policies }: InventoryModel, edge: MergedEdge, packets: readonly Packet[]): Decision {
  const deciding = new Map<string, PolicyRef>();
  const others = new Map<string, PolicyRef>();
  const note = (into: Map<string, PolicyRef>, direction: Direction, policy: Omit<PolicyRef, 'direction'>) => {
    const { kind, namespace, name } = policy;
    into.set(JSON.stringify([direction, kind, namespace, name]), { kind, namespace, name, direction });
  };
  for (const packet of packets) {
    const result = evaluate(cluster, policies, packet);
    for (const end of [result.egress, result.ingress]) {
      const pod = end?.direction === 'egress' ? packet.src.pod : packet.dst.pod;
      if (end === null || pod === null) continue;
      const { direction, enforced } = end;
      for (const { policies: all } of governing(policies.enforced, pod)[direction])
        for (const policy of all) note(others, direction, policy);
      const agrees = enforced.verdict === edge.action;
      if (!agrees) continue;
      for (const policy of enforced.isolating) note(deciding, direction, policy);
      const last = enforced.entries.at(-1);
      if (last !== undefined && last.kind !== 'Profile' && last.rule >= 0) note(deciding, direction, last);
    }
  }
  for (const key of deciding.keys()) others.delete(key);
  const decidedBy = [...deciding.values(), ...others.values()];
  if (edge.action === 'deny') return { verdict: 'denied', decidedBy };
  return { verdict: decidedBy.length > 0 ? 'allowed' : 'none', decidedBy };
}

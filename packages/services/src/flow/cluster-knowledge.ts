import type { Tx } from '@margay/db';
import type { ClusterId, Inventory, MergedEdge, OrgId } from '@margay/model';
import { createDecider, type Decision } from '@margay/policy';
import { loadInventory } from '../inventory/load.ts';
import { backendsOf } from './backends-of.ts';

/** What the latest inventory says about edges. */
export interface ClusterKnowledge {
  readonly decide: (edge: MergedEdge) => Decision;
  /** By `namespace/name` of a Service: keys of the workloads behind it. */
  readonly backends: ReadonlyMap<string, ReadonlySet<string>>;
}

interface Held extends ClusterKnowledge {
  readonly receivedMs: number;
}

const HELD_MAX = 20;
/** Of one cluster; some 300 bytes each. */
const DECISIONS_MAX = 30_000;
const held = new Map<string, Held>();
const EMPTY: Inventory = {
  namespaces: [],
  workloads: [],
  pods: [],
  services: [],
  endpointSlices: [],
  nodes: [],
  policies: [],
};
const WITHOUT: ClusterKnowledge = { decide: remembering(createDecider(EMPTY)), backends: new Map() };

/** Worked out once a snapshot and kept for the clusters looked at last; before the first snapshot no policy is known. */
export async function clusterKnowledge(
  db: Tx,
  scope: { readonly orgId: OrgId; readonly clusterId: ClusterId },
): Promise<ClusterKnowledge> {
  const stamp = await db.clusterInventory.findUnique({
    where: { orgId_clusterId: scope },
    select: { receivedAt: true },
  });
  if (!stamp) return WITHOUT;
  const key = `${scope.orgId}/${scope.clusterId}`;
  const known = held.get(key);
  held.delete(key);
  const current = known?.receivedMs === stamp.receivedAt.getTime() ? known : await learn(db, scope);
  if (!current) return WITHOUT;
  held.set(key, current);
  for (const oldest of held.keys()) {
    if (held.size <= HELD_MAX) break;
    held.delete(oldest);
  }
  return current;
}

/** The same edges are asked about every few seconds, and the answer is a matter of ends, port and outcome alone. */
function remembering(decide: ClusterKnowledge['decide']): ClusterKnowledge['decide'] {
  const known = new Map<string, Decision>();
  return (edge) => {
    const key = `${edge.srcId}${edge.dstId}${edge.protocol}/${edge.port}/${edge.action}`;
    const decision = known.get(key) ?? decide(edge);
    if (known.size >= DECISIONS_MAX) known.clear();
    known.set(key, decision);
    return decision;
  };
}

async function learn(
  db: Tx,
  scope: { readonly orgId: OrgId; readonly clusterId: ClusterId },
): Promise<Held | undefined> {
  const loaded = await loadInventory(db, scope);
  if (!loaded) return undefined;
  return {
    receivedMs: loaded.receivedAt.getTime(),
    decide: remembering(createDecider(loaded.inventory)),
    backends: backendsOf(loaded.inventory),
  };
}

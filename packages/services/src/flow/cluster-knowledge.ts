import type { Tx } from '@margay/db';
import type { ClusterId, Inventory, MergedEdge, OrgId } from '@margay/model';
import { createDecider, type Decision } from '@margay/policy';
import { loadInventory } from '../inventory/load.ts';
import { backendsOf } from './backends-of.ts';

export type DecidedEdge = MergedEdge & Decision;

/** What the latest inventory says about edges. */
export interface ClusterKnowledge {
  readonly decide: (edge: MergedEdge) => Decision;
  /** The edge with its decision; the same object for the same edge. */
  readonly view: (edge: MergedEdge) => DecidedEdge;
  /** By `namespace/name` of a Service: keys of the workloads behind it. */
  readonly backends: ReadonlyMap<string, ReadonlySet<string>>;
}

interface Held extends ClusterKnowledge {
  readonly receivedMs: number;
}

const HELD_MAX = 20;
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
const WITHOUT = knowledgeOf(EMPTY);

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

/** The flow store gives the same object for an edge that has not changed, and of most edges of a graph that is asked for again nothing has. */
function knowledgeOf(inventory: Inventory): ClusterKnowledge {
  const decide = createDecider(inventory);
  const seen = new WeakMap<MergedEdge, DecidedEdge>();
  const view = (edge: MergedEdge): DecidedEdge => {
    const known = seen.get(edge);
    if (known) return known;
    const viewed = { ...edge, ...decide(edge) };
    seen.set(edge, viewed);
    return viewed;
  };
  return { decide, view, backends: backendsOf(inventory) };
}

async function learn(
  db: Tx,
  scope: { readonly orgId: OrgId; readonly clusterId: ClusterId },
): Promise<Held | undefined> {
  const loaded = await loadInventory(db, scope);
  if (!loaded) return undefined;
  return { receivedMs: loaded.receivedAt.getTime(), ...knowledgeOf(loaded.inventory) };
}

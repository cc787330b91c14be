import type { Tx } from '@margay/db';
import { type ClusterId, INVENTORY_KINDS, type Inventory, type OrgId } from '@margay/model';

export interface LoadedInventory<K extends keyof Inventory = keyof Inventory> {
  readonly inventory: Pick<Inventory, K>;
  /** Changes with every snapshot: a key for what was worked out from one. */
  readonly receivedAt: Date;
}

/**
 * The cluster's latest snapshot, or only some kinds of it; null before the first. For verbs, inside their transaction.
 * Not parsed again: inventory.store parsed it on its way in.
 */
export async function loadInventory<K extends keyof Inventory = keyof Inventory>(
  db: Tx,
  scope: { readonly orgId: OrgId; readonly clusterId: ClusterId },
  kinds: readonly K[] = INVENTORY_KINDS as readonly string[] as readonly K[],
): Promise<LoadedInventory<K> | null> {
  const select = Object.fromEntries(kinds.map((kind) => [kind, true]));
  const row = await db.clusterInventory.findUnique({
    where: { orgId_clusterId: scope },
    select: { receivedAt: true, ...select },
  });
  if (row === null) return null;
  const { receivedAt, ...inventory } = row;
  return { receivedAt, inventory: inventory as unknown as Pick<Inventory, K> };
}

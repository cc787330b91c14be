import { type Inventory, InventoryNode } from '@margay/model';
import { canonicalAddress } from '../calc/address.ts';
import type { NodeIdentity } from '../calc/node-book.ts';
import { RawNode } from './raw.ts';

/** @throws ZodError for a node outside Kubernetes' own bounds. */
export function parseNode(object: unknown): Inventory['nodes'][number] {
  const { metadata, spec, status } = RawNode.parse(object);
  const podCIDRs = spec?.podCIDRs ?? [];
  // Host names are addresses of a node too (type Hostname); they are no IP addresses.
  const addresses = (status?.addresses ?? []).map(({ address }) => canonicalAddress(address));
  return InventoryNode.parse({
    name: metadata.name,
    labels: metadata.labels,
    addresses: [...new Set(addresses.filter((address) => address !== null))],
    podCIDRs: podCIDRs.length > 0 ? podCIDRs : [spec?.podCIDR ?? ''].filter((cidr) => cidr !== ''),
    kubeletVersion: status?.nodeInfo?.kubeletVersion ?? '',
  });
}

/** What a node knows of nodes. @throws ZodError as {@link parseNode} does. */
export function parseNodeIdentity(object: unknown): NodeIdentity {
  const { name, addresses, podCIDRs } = parseNode(object);
  return { name, addresses, podCIDRs };
}

import { type Inventory, InventoryEndpointSlice } from '@margay/model';
import { canonicalAddress } from '../calc/address.ts';
import type { SliceIdentity } from '../calc/service-book.ts';
import { protocolNumber } from './protocol.ts';
import { RawEndpointSlice } from './raw.ts';

const SERVICE_LABEL = 'kubernetes.io/service-name';

/** A slice that belongs to no Service keeps an empty `service`. @throws ZodError for a slice outside Kubernetes' own bounds. */
export function parseEndpointSlice(object: unknown): Inventory['endpointSlices'][number] {
  const raw = RawEndpointSlice.parse(object);
  return InventoryEndpointSlice.parse({
    namespace: raw.metadata.namespace,
    name: raw.metadata.name,
    service: raw.metadata.labels[SERVICE_LABEL] ?? '',
    ports: raw.ports.map((port) => ({ name: port.name, protocol: port.protocol || 'TCP', port: port.port ?? null })),
    endpoints: raw.endpoints.map((endpoint) => ({
      addresses: endpoint.addresses.map(canonicalAddress).filter((address) => address !== null),
      ready: endpoint.conditions?.ready ?? true,
      pod: endpoint.targetRef?.kind === 'Pod' ? endpoint.targetRef.name : null,
      node: endpoint.nodeName || null,
    })),
  });
}

/** What a node knows of a slice. @throws ZodError as {@link parseEndpointSlice} does. */
export function parseSliceIdentity(object: unknown): SliceIdentity {
  const slice = parseEndpointSlice(object);
  return {
    namespace: slice.namespace,
    name: slice.name,
    service: slice.service,
    ports: slice.ports.map((port) => ({ ...port, protocol: protocolNumber(port.protocol) })),
    endpoints: slice.endpoints.map(({ addresses, ready }) => ({ addresses, ready })),
  };
}

import { type Inventory, InventoryService } from '@margay/model';
import { canonicalAddress } from '../calc/address.ts';
import type { ServiceIdentity } from '../calc/service-book.ts';
import { protocolNumber } from './protocol.ts';
import { RawService } from './raw.ts';

/** @throws ZodError for a Service outside Kubernetes' own bounds. */
export function parseService(object: unknown): Inventory['services'][number] {
  return inventoryOf(RawService.parse(object));
}

/** What a node knows of a Service. @throws ZodError as {@link parseService} does. */
export function parseServiceIdentity(object: unknown): ServiceIdentity {
  const raw = RawService.parse(object);
  const service = inventoryOf(raw);
  const ingress = raw.status?.loadBalancer?.ingress ?? [];
  return {
    namespace: service.namespace,
    name: service.name,
    addresses: canonical([...service.clusterIPs, ...raw.spec.externalIPs, ...ingress.map(({ ip }) => ip)]),
    clusterAddresses: canonical(service.clusterIPs),
    ports: service.ports.map((port) => ({
      name: port.name,
      protocol: protocolNumber(port.protocol),
      port: port.port,
      nodePort: port.nodePort,
    })),
    sinceMs: raw.metadata.creationTimestamp,
  };
}

function inventoryOf({ metadata, spec }: ReturnType<typeof RawService.parse>): Inventory['services'][number] {
  return InventoryService.parse({
    namespace: metadata.namespace,
    name: metadata.name,
    type: spec.type || 'ClusterIP',
    // `None` marks a headless Service: no address.
    clusterIPs: canonical(spec.clusterIPs.length > 0 ? spec.clusterIPs : [spec.clusterIP]),
    selector: spec.selector ?? null,
    ports: spec.ports.map((port) => ({
      name: port.name,
      protocol: port.protocol || 'TCP',
      port: port.port,
      targetPort: port.targetPort ?? port.port,
      nodePort: port.nodePort ?? null,
    })),
  });
}

function canonical(texts: readonly string[]): string[] {
  return [...new Set(texts.map(canonicalAddress).filter((address) => address !== null))];
}

import { type Identity, identityOf } from './identity.ts';
import type { Timeline } from './timeline.ts';

export interface ServicePort {
  readonly name: string;
  readonly protocol: number;
  readonly port: number;
  readonly nodePort: number | null;
}
export interface ServiceIdentity {
  readonly namespace: string;
  readonly name: string;
  /** Cluster IPs, external IPs and load balancers' addresses. */
  readonly addresses: readonly string[];
  readonly clusterAddresses: readonly string[];
  readonly ports: readonly ServicePort[];
  readonly sinceMs: number | null;
}
export interface SliceIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly service: string;
  readonly ports: readonly { readonly name: string; readonly protocol: number; readonly port: number | null }[];
  readonly endpoints: readonly { readonly addresses: readonly string[]; readonly ready: boolean }[];
}
export interface Backend {
  readonly address: string;
  readonly port: number;
}

const keyOf = (namespace: string, name: string) => `${namespace}/${name}`;
const nodePortKey = (protocol: number, port: number) => `${protocol}/${port}`;
const endpointKey = (address: string, protocol: number, port: number) => `${address} ${protocol}/${port}`;

/** Services, their addresses on the timeline, and where they lead by their EndpointSlices. */
export class ServiceBook {
  readonly #timeline: Timeline;
  readonly #services = new Map<string, ServiceIdentity>();
  readonly #identities = new Map<string, Identity>();
  readonly #slices = new Map<string, Map<string, SliceIdentity>>();
  readonly #nodePorts = new Map<string, ServiceIdentity>();
  /** How many slices name an endpoint. */
  readonly #endpoints = new Map<string, number>();

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  changeService(previous: ServiceIdentity | null, next: ServiceIdentity | null, nowMs: number): void {
    const service = next ?? previous;
    if (!service) return;
    const key = keyOf(service.namespace, service.name);
    for (const address of previous?.addresses ?? []) {
      if (!next?.addresses.includes(address)) this.#timeline.release(address, `service:${key}`, nowMs);
    }
    for (const port of previous?.ports ?? []) {
      if (port.nodePort !== null) this.#nodePorts.delete(nodePortKey(port.protocol, port.nodePort));
    }
    if (!next) {
      this.#services.delete(key);
      this.#identities.delete(key);
      return;
    }
    this.#services.set(key, next);
    const identity = this.identity(next.namespace, next.name);
    for (const address of next.addresses) {
      const isNew = !previous?.addresses.includes(address);
      this.#timeline.assign(address, `service:${key}`, identity, isNew && !previous ? (next.sinceMs ?? nowMs) : nowMs);
    }
    for (const port of next.ports) {
      if (port.nodePort !== null) this.#nodePorts.set(nodePortKey(port.protocol, port.nodePort), next);
    }
  }

  changeSlice(previous: SliceIdentity | null, next: SliceIdentity | null): void {
    if (previous) this.#countEndpoints(previous, -1);
    if (next) this.#countEndpoints(next, 1);
    if (previous) this.#slices.get(keyOf(previous.namespace, previous.service))?.delete(previous.name);
    if (!next) return;
    const key = keyOf(next.namespace, next.service);
    const slices = this.#slices.get(key) ?? new Map<string, SliceIdentity>();
    this.#slices.set(key, slices.set(next.name, next));
  }

  identity(namespace: string, name: string): Identity {
    const key = keyOf(namespace, name);
    const known = this.#identities.get(key) ?? identityOf({ kind: 'service', namespace, name });
    this.#identities.set(key, known);
    return known;
  }

  /** Addresses of Services that only this cluster gives out. */
  *clusterAddresses(): IterableIterator<string> {
    for (const service of this.#services.values()) yield* service.clusterAddresses;
  }

  atNodePort(protocol: number, port: number): ServiceIdentity | null {
    return this.#nodePorts.get(nodePortKey(protocol, port)) ?? null;
  }

  /** The name of the Service's port, or null where it has none such (any more). */
  portName(namespace: string, name: string, protocol: number, port: number, isNodePort: boolean): string | null {
    const ports = this.#services.get(keyOf(namespace, name))?.ports ?? [];
    const found = ports.find((p) => p.protocol === protocol && (isNodePort ? p.nodePort : p.port) === port);
    return found?.name ?? null;
  }

  /** Where the Service's port leads: ready endpoints, or all of them while none is ready. */
  backends(namespace: string, name: string, portName: string, protocol: number): Backend[] {
    const found: (Backend & { ready: boolean })[] = [];
    for (const slice of this.#slices.get(keyOf(namespace, name))?.values() ?? []) {
      const port = slice.ports.find((p) => p.name === portName && p.protocol === protocol)?.port ?? null;
      if (port === null) continue;
      for (const endpoint of slice.endpoints) {
        for (const address of endpoint.addresses) found.push({ address, port, ready: endpoint.ready });
      }
    }
    const ready = found.filter((backend) => backend.ready);
    return ready.length > 0 ? ready : found;
  }

  /** Whether a Service declares that something listens there. */
  isEndpoint(address: string, protocol: number, port: number): boolean {
    return this.#endpoints.has(endpointKey(address, protocol, port));
  }

  #countEndpoints(slice: SliceIdentity, by: 1 | -1): void {
    for (const { protocol, port } of slice.ports) {
      if (port === null) continue;
      for (const address of slice.endpoints.flatMap((endpoint) => endpoint.addresses)) {
        const key = endpointKey(address, protocol, port);
        const count = (this.#endpoints.get(key) ?? 0) + by;
        if (count > 0) this.#endpoints.set(key, count);
        else this.#endpoints.delete(key);
      }
    }
  }
}

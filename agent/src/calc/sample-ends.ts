import type { ConnectionSample, NatEntry } from '../flows/window.ts';
import type { Identity } from './identity.ts';
import type { Resolution, Resolver } from './resolver.ts';
import type { Backend, ServiceBook } from './service-book.ts';

/** Who is at the other end of a sample: the peer to name, the port to show, and the Service it was addressed through. */
export interface RemoteEnd {
  readonly address: string | null;
  readonly port: number;
  readonly resolution: Resolution;
  readonly service: Identity | null;
  /** The local end was seen to open it: conntrack or a Service's address says so. */
  readonly opened: boolean;
}

export interface EndsContext {
  readonly resolver: Pick<Resolver, 'resolve'>;
  readonly services: ServiceBook;
  readonly nat: ReadonlyMap<string, NatEntry>;
}

/** Key of a DNAT entry by the connection as its initiator sent it. */
export const natKey = (
  protocol: number,
  source: string,
  sourcePort: number,
  destination: string,
  port: number,
): string => `${protocol} ${source} ${sourcePort} ${destination} ${port}`;

/**
 * The remote end of a sample, seen through a Service where one was addressed: the backend that conntrack chose, else the one peer
 * that all of the Service's endpoints are, else the Service itself. `timeMs` is the moment at which addresses are looked up.
 */
export function remoteEndOf(sample: ConnectionSample, timeMs: number, context: EndsContext): RemoteEnd {
  const { remoteAddress, remotePort, protocol } = sample;
  const resolution = context.resolver.resolve(remoteAddress, timeMs);
  const plain: RemoteEnd = { address: remoteAddress, port: remotePort, resolution, service: null, opened: false };
  if (sample.initiator === 'remote') return plain;
  const addressed = serviceAddressed(sample, resolution, context);
  const entry = context.nat.get(natKey(protocol, sample.localAddress, sample.localPort, remoteAddress, remotePort));
  if (!addressed && !entry) return plain;
  const service = addressed?.identity ?? null;
  if (entry) {
    const at = context.resolver.resolve(entry.backendAddress, timeMs);
    return { address: entry.backendAddress, port: entry.backendPort, resolution: at, service, opened: true };
  }
  const only = addressed ? onlyBackend(addressed.backends, timeMs, context) : null;
  if (only) return { ...only, service, opened: true };
  return service
    ? { address: null, port: remotePort, resolution: { kind: 'known', identity: service }, service, opened: true }
    : plain;
}

/** The Service behind the address and port that a connection was opened to, also by a node's address and NodePort. */
function serviceAddressed(
  sample: ConnectionSample,
  resolution: Resolution,
  { services }: EndsContext,
): { identity: Identity; backends: Backend[] } | null {
  if (resolution.kind !== 'known') return null;
  const { peer } = resolution.identity;
  const { protocol, remotePort } = sample;
  const byNodePort = peer.kind === 'node' ? services.atNodePort(protocol, remotePort) : null;
  const named = peer.kind === 'service' ? peer : byNodePort;
  if (!named) return null;
  const portName = services.portName(named.namespace, named.name, protocol, remotePort, byNodePort !== null);
  return {
    identity: services.identity(named.namespace, named.name),
    backends: portName === null ? [] : services.backends(named.namespace, named.name, portName, protocol),
  };
}

/** The one peer and port that all backends are, or null. */
function onlyBackend(
  backends: readonly Backend[],
  timeMs: number,
  context: EndsContext,
): Pick<RemoteEnd, 'address' | 'port' | 'resolution'> | null {
  const [first, ...others] = backends;
  if (!first) return null;
  const resolution = context.resolver.resolve(first.address, timeMs);
  if (others.length === 0) return { address: first.address, port: first.port, resolution };
  if (resolution.kind !== 'known') return null;
  const same = others.every((backend) => {
    const other = context.resolver.resolve(backend.address, timeMs);
    return backend.port === first.port && other.kind === 'known' && other.identity.id === resolution.identity.id;
  });
  // Which of them it was is not known, so none is named.
  return same ? { address: null, port: first.port, resolution } : null;
}

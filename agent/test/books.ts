import type { PodIdentity } from '../src/calc/identity.ts';
import { NodeBook } from '../src/calc/node-book.ts';
import { PodBook } from '../src/calc/pod-book.ts';
import { Resolver } from '../src/calc/resolver.ts';
import { ServiceBook, type ServiceIdentity, type SliceIdentity } from '../src/calc/service-book.ts';
import { Timeline } from '../src/calc/timeline.ts';
import type { ConnectionSample } from '../src/flows/window.ts';

/** Books without informers: tests write into them. */
export function emptyBooks() {
  const timeline = new Timeline();
  const pods = new PodBook(timeline);
  const services = new ServiceBook(timeline);
  const nodes = new NodeBook(timeline);
  return { timeline, pods, services, nodes, resolver: new Resolver(timeline, nodes, services) };
}

export function somePod(name: string, address: string, over: Partial<PodIdentity> = {}): PodIdentity {
  return {
    uid: `uid-${name}`,
    namespace: 'shop',
    name,
    node: 'n1',
    hostNetwork: false,
    addresses: [address],
    sinceMs: 1_000,
    finishedAtMs: null,
    formerAddresses: [],
    facts: {
      namespace: 'shop',
      ownerKind: 'Deployment',
      name: name.replace(/-\d+$/, ''),
      labels: { app: name.replace(/-\d+$/, '') },
      serviceAccount: 'default',
      ports: [],
    },
    ...over,
  };
}

export function someService(
  name: string,
  address: string,
  port: number,
  nodePort: number | null = null,
): ServiceIdentity {
  return {
    namespace: 'shop',
    name,
    addresses: [address],
    clusterAddresses: [address],
    ports: [{ name: 'main', protocol: 6, port, nodePort }],
    sinceMs: 1_000,
  };
}

export function someSlice(service: string, port: number, addresses: readonly string[]): SliceIdentity {
  return {
    namespace: 'shop',
    name: `${service}-1`,
    service,
    ports: [{ name: 'main', protocol: 6, port }],
    endpoints: addresses.map((address) => ({ addresses: [address], ready: true })),
  };
}

export function someSample(over: Partial<ConnectionSample>): ConnectionSample {
  return {
    interfaceIndex: 7,
    localAddress: '10.244.1.1',
    remoteAddress: '10.244.1.2',
    protocol: 6,
    localPort: 40_000,
    remotePort: 8_080,
    initiator: 'local',
    bytesOut: 100,
    packetsOut: 2,
    bytesIn: 60,
    packetsIn: 1,
    started: 1,
    completed: 0,
    outcome: 'answered',
    firstSeenMs: 100_500,
    lastSeenMs: 101_000,
    ...over,
  };
}

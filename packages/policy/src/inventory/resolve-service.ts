import { type InventoryPod, protocolName } from '@margay/model';
import { matchesSelector } from '../selector/matches-selector.ts';
import { type ClusterIndex, workloadKey } from './cluster-index.ts';

/** What may answer behind a Service, with the port it listens on itself. */
export type Backend =
  | { readonly kind: 'workload'; readonly key: string; readonly port: number }
  | { readonly kind: 'address'; readonly address: string; readonly port: number };
export type Resolved =
  | { readonly backends: readonly Backend[]; readonly reason: null }
  | { readonly backends: readonly []; readonly reason: string };

/** Who stands behind a Service's port: by its EndpointSlices, else by its selector and target port (a name is looked up at each pod). */
export function resolveService(
  index: ClusterIndex,
  asked: { namespace: string; name: string; protocol: number; port: number },
): Resolved {
  const service = index.service(asked.namespace, asked.name);
  if (service === undefined) return unresolved('the Service is no longer in the cluster');
  const protocol = protocolName(asked.protocol);
  const port = service.ports.find((candidate) => candidate.protocol === protocol && candidate.port === asked.port);
  if (port === undefined) return unresolved(`the Service has no ${protocol} port ${asked.port}`);
  const fromSlices = backendsOfSlices(index, asked, { name: port.name, protocol });
  const backends =
    fromSlices.length > 0 || service.selector === null
      ? fromSlices
      : backendsOfSelector(index, asked.namespace, service.selector, { target: port.targetPort, protocol });
  if (backends.length === 0) return unresolved('no pod stands behind the Service');
  return { backends: distinct(backends), reason: null };
}

const unresolved = (reason: string): Resolved => ({ backends: [], reason });

function backendsOfSlices(
  index: ClusterIndex,
  asked: { namespace: string; name: string; port: number },
  port: { name: string; protocol: string },
): Backend[] {
  const backends: Backend[] = [];
  for (const slice of index.slicesOf(asked.namespace, asked.name)) {
    const match = slice.ports.find(({ name, protocol }) => name === port.name && protocol === port.protocol);
    if (match === undefined) continue;
    // A slice port without a number means every port: the client's own.
    const number = match.port ?? asked.port;
    for (const endpoint of slice.endpoints) {
      const pod = endpoint.pod === null ? undefined : index.pod(asked.namespace, endpoint.pod);
      if (pod !== undefined) backends.push(backendOf(pod, number));
      else if (endpoint.pod === null)
        for (const address of endpoint.addresses) backends.push({ kind: 'address', address, port: number });
    }
  }
  return backends;
}

function backendsOfSelector(
  index: ClusterIndex,
  namespace: string,
  selector: Readonly<Record<string, string>>,
  port: { target: number | string; protocol: string },
): Backend[] {
  const backends: Backend[] = [];
  if (Object.keys(selector).length === 0) return backends;
  const labelSelector = { matchLabels: selector };
  for (const workload of index.workloadsIn(namespace)) {
    for (const pod of workload.pods) {
      if (!matchesSelector(labelSelector, pod.labels)) continue;
      const named = pod.ports.find(({ name, protocol }) => name === port.target && protocol === port.protocol);
      const number = typeof port.target === 'number' ? port.target : named?.port;
      if (number !== undefined) backends.push(backendOf(pod, number));
    }
  }
  return backends;
}

const backendOf = (pod: InventoryPod, port: number): Backend => ({
  kind: 'workload',
  key: workloadKey(pod.namespace, pod.ownerKind, pod.ownerName),
  port,
});

/** Each once, in an order that does not depend on the inventory's. */
function distinct(backends: readonly Backend[]): Backend[] {
  const byText = new Map(backends.map((backend) => [JSON.stringify(backend), backend]));
  return [...byText.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, backend]) => backend);
}

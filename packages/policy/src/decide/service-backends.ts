import type { AddressRange } from '../address/address-range.ts';
import type { ClusterModel, Pod, Service, ServicePort } from '../model/cluster.ts';

/** What may answer behind a Service. */
export interface ServiceBackend {
  /** Null: no pod that policies govern, such as one on the host network. */
  readonly pod: Pod | null;
  readonly ranges: readonly AddressRange[];
  /** The port it listens on itself. */
  readonly port: number;
}

export interface AskedService {
  readonly namespace: string;
  readonly name: string;
  /** IANA number. */
  readonly protocol: number;
  /** Of the Service. */
  readonly port: number;
}

/** Who stands behind a Service's port now: by its EndpointSlices, else by its selector and target port. Empty: nobody is known. */
export function serviceBackends(cluster: ClusterModel, asked: AskedService): readonly ServiceBackend[] {
  const service = cluster.lookup.service(asked.namespace, asked.name);
  const port = service?.ports.find((one) => one.protocol === asked.protocol && one.port === asked.port);
  if (service === undefined || port === undefined) return [];
  const fromSlices = backendsOfSlices(cluster, asked, port);
  return fromSlices.length > 0 || service.selector === null ? fromSlices : backendsOfSelector(cluster, service, port);
}

function backendsOfSlices(cluster: ClusterModel, asked: AskedService, { name }: ServicePort): ServiceBackend[] {
  return cluster.lookup.slicesOf(asked.namespace, asked.name).flatMap(({ addresses, ports }) => {
    const match = ports.find((one) => one.name === name && one.protocol === asked.protocol);
    if (match === undefined) return [];
    return addresses.map((range) => {
      const pod = cluster.lookup.podAt(range) ?? null;
      // A slice port without a number means every port: the client's own.
      return { pod, ranges: [range], port: match.port ?? asked.port };
    });
  });
}

function backendsOfSelector(
  cluster: ClusterModel,
  { namespace, selector }: Service,
  { targetPort, protocol }: ServicePort,
): ServiceBackend[] {
  const wanted = [...(selector ?? [])];
  if (wanted.length === 0) return [];
  const isBehind = (pod: Pod) =>
    pod.namespace === namespace && !pod.finished && wanted.every(([key, value]) => pod.ownLabels.get(key) === value);
  return cluster.pods.filter(isBehind).flatMap((pod) => {
    const named = pod.ports.find(({ name, protocol: own }) => name === targetPort && own === protocol);
    const port = typeof targetPort === 'number' ? targetPort : named?.port;
    return port === undefined ? [] : [{ pod: pod.isGoverned ? pod : null, ranges: pod.ranges, port }];
  });
}

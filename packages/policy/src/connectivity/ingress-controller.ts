import type { ClusterModel, IngressObject, Member, Pod, Service, ServicePort, Workload } from '../model/cluster.ts';
import {
  ALL_PORTS,
  type ConnectionSet,
  connectionsOf,
  NO_CONNECTIONS,
  unionConnections,
} from '../sets/connection-set.ts';
import { interval } from '../sets/intervals.ts';
import type { Spot } from './spot.ts';

const TCP = 6;
const NAMESPACE = 'ingress-controller-ns';

/** The peer that stands for whatever serves Ingress and Route objects. */
export const CONTROLLER = '{ingress-controller}';

/** An ingress controller as policies see it: a pod without labels, in a namespace of its own that no manifest describes. */
export function controllerSpot(): Spot {
  const labels = new Map([
    ['projectcalico.org/orchestrator', 'k8s'],
    ['projectcalico.org/namespace', NAMESPACE],
    ['pcns.projectcalico.org/name', NAMESPACE],
    ['pcns.kubernetes.io/metadata.name', NAMESPACE],
  ]);
  const member: Member = {
    kind: 'Pod',
    namespace: NAMESPACE,
    name: 'ingress-controller',
    labels,
    ports: [],
    ranges: [],
  };
  return { end: { pod: null, ranges: [], members: [member] }, family: null };
}

/** Target ports (TCP) of each workload that some Ingress or Route sends to. */
export function controllerTargets(cluster: ClusterModel): ReadonlyMap<Workload, ConnectionSet> {
  const targets = new Map<Workload, ConnectionSet>();
  for (const ingress of cluster.ingresses) {
    for (const backend of ingress.backends) {
      const service = cluster.lookup.service(ingress.namespace, backend.service);
      if (service === undefined || service.selector === null || service.selector.size === 0) continue;
      for (const pod of selectedPods(cluster, service)) {
        const ports = targetPorts(service, backend, pod);
        targets.set(pod.workload, ports.reduce(unionConnections, targets.get(pod.workload) ?? NO_CONNECTIONS));
      }
    }
  }
  return targets;
}

function selectedPods({ pods }: ClusterModel, { namespace, selector }: Service): readonly Pod[] {
  const wanted = [...(selector ?? [])];
  return pods.filter(
    (pod) => pod.namespace === namespace && wanted.every(([key, value]) => pod.ownLabels.get(key) === value),
  );
}

function targetPorts(service: Service, { port }: IngressObject['backends'][number], pod: Pod): ConnectionSet[] {
  return service.ports
    .filter((one) => one.protocol === TCP && isMeant(one, port))
    .flatMap(({ targetPort }) => numbersOf(targetPort, pod))
    .map((number) => connectionsOf(TCP, ALL_PORTS, interval(number, number + 1)));
}

/** A port is meant by the Service port's number or name, or by the port that it leads to (a Route's way, and common in Ingress objects). */
const isMeant = ({ name, port, targetPort }: ServicePort, wanted: number | string | null) =>
  wanted === null || wanted === port || wanted === targetPort || wanted === name;

function numbersOf(target: number | string, pod: Pod): readonly number[] {
  if (typeof target === 'number') return [target];
  return pod.ports.filter(({ name, protocol }) => name === target && protocol === TCP).map(({ port }) => port);
}

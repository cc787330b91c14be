import type { ClusterInput } from '../cluster/cluster-input.ts';
import {
  readEndpointSlice,
  readHostEndpoint,
  readNetworkSet,
  readNode,
  readService,
} from '../kinds/cluster-objects.ts';
import { readIngress, readRoute } from '../kinds/ingress-objects.ts';
import { isWorkloadKind, readPod, readWorkload } from '../kinds/pod-objects.ts';
import type { RawObject } from '../kinds/raw-object.ts';
import { readLabels, type Warn } from '../kinds/read-labels.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer Item)[] ? Item[] : T[K] };
export type ClusterDraft = Mutable<ClusterInput>;

export function emptyDraft(): ClusterDraft {
  return {
    namespaces: [],
    serviceAccounts: [],
    pods: [],
    workloads: [],
    networkSets: [],
    hostEndpoints: [],
    services: [],
    endpointSlices: [],
    nodes: [],
    ingresses: [],
  };
}

const CALICO = ['projectcalico.org/v3', 'crd.projectcalico.org/v1'];
const WORKLOAD_VERSIONS = /^(apps|batch|extensions)\/|^v1$/;

/** Kinds that {@link collector} knows, whatever their version. */
const KINDS: ReadonlySet<string> = new Set([
  ...['Pod', 'Namespace', 'ServiceAccount', 'Service', 'Node', 'EndpointSlice', 'Ingress', 'Route'],
  ...['NetworkSet', 'GlobalNetworkSet', 'HostEndpoint'],
]);

/** Whether an object of this kind could tell of the cluster. */
export const isClusterKind = (kind: string) => KINDS.has(kind) || isWorkloadKind(kind);

export const isCalico = ({ apiVersion }: RawObject) => CALICO.includes(apiVersion);

/**
 * How to add an object that describes the cluster; null where it is none of those that policies look at. Of Calico's objects, which stand in policies' stead,
 * `accepts` is asked once they are read.
 */
export function collector(
  draft: ClusterDraft,
  object: RawObject,
  { warn, accepts }: { readonly warn: Warn; readonly accepts: () => boolean },
): (() => void) | null {
  const { kind, apiVersion, name } = object;
  const namespace = object.namespace === '' ? 'default' : object.namespace;
  const labels = () => readLabels(object.metadata.labels, 'metadata.labels', warn);
  if (isCalico(object)) return calicoCollector(draft, object, { namespace, warn, accepts });
  if (isWorkloadKind(kind) && WORKLOAD_VERSIONS.test(apiVersion))
    return () => draft.workloads.push(readWorkload(object, namespace, warn));
  switch (`${apiVersion} ${kind}`) {
    case 'v1 Pod':
      return () => draft.pods.push(readPod(object, namespace, warn));
    case 'v1 Namespace':
      return () => draft.namespaces.push({ name, labels: labels() });
    case 'v1 ServiceAccount':
      return () => draft.serviceAccounts.push({ namespace, name, labels: labels() });
    case 'v1 Service':
      return () => draft.services.push(readService(object, namespace, warn));
    case 'v1 Node':
      return () => draft.nodes.push(readNode(object, warn));
    case 'discovery.k8s.io/v1 EndpointSlice':
    case 'discovery.k8s.io/v1beta1 EndpointSlice':
      return () => draft.endpointSlices.push(readEndpointSlice(object, namespace));
    case 'networking.k8s.io/v1 Ingress':
    case 'networking.k8s.io/v1beta1 Ingress':
    case 'extensions/v1beta1 Ingress':
      return () => draft.ingresses.push(readIngress(object, namespace));
    case 'route.openshift.io/v1 Route':
      return () => draft.ingresses.push(readRoute(object, namespace));
    default:
      return null;
  }
}

function calicoCollector(
  draft: ClusterDraft,
  object: RawObject,
  { namespace, warn, accepts }: { namespace: string; warn: Warn; accepts: () => boolean },
): (() => void) | null {
  const addTo = <T>(list: T[], read: () => T) => {
    return () => {
      const one = read();
      if (accepts()) list.push(one);
    };
  };
  switch (object.kind) {
    case 'NetworkSet':
      return addTo(draft.networkSets, () => readNetworkSet(object, namespace, warn));
    case 'GlobalNetworkSet':
      return addTo(draft.networkSets, () => readNetworkSet(object, '', warn));
    case 'HostEndpoint':
      return addTo(draft.hostEndpoints, () => readHostEndpoint(object, warn));
    default:
      return null;
  }
}

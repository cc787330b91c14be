import { addressEnd, type ClusterModel, type End, type Pod, podEnd } from '@margay/policy';
import { BadInput } from '../command.ts';

/** How a user names an end: `namespace/pod`, `namespace/workload[Kind]`, an address, or a pod with one of its addresses. */
export type EndName = string | { readonly pod?: string; readonly ip?: string };

/**
 * Everything that the name may stand for, each with at most one address: a packet has one.
 *
 * @throws BadInput where nothing in the cluster has the name.
 */
export function findEnds(cluster: ClusterModel, name: EndName): readonly End[] {
  if (typeof name === 'string') return findByText(cluster, name);
  const { pod, ip } = name;
  const at = ip === undefined ? null : addressEnd(cluster, ip);
  if (ip !== undefined && at === null) throw new BadInput(`${ip} is not an address`);
  if (pod === undefined) {
    if (at === null) throw new BadInput('an end has neither pod nor ip');
    return [at];
  }
  const found = findPods(cluster, pod);
  return at === null
    ? found.flatMap((one) => endsOf(cluster, one))
    : found.map((one) => podEnd(cluster, one, at.ranges));
}

function findByText(cluster: ClusterModel, text: string): readonly End[] {
  const address = addressEnd(cluster, text);
  return address === null ? findPods(cluster, text).flatMap((pod) => endsOf(cluster, pod)) : [address];
}

function endsOf(cluster: ClusterModel, pod: Pod): End[] {
  if (pod.ranges.length === 0) return [podEnd(cluster, pod)];
  return pod.ranges.map((range) => podEnd(cluster, pod, [range]));
}

/** A pod by name; else the pods of the workload of that name, whatever its kind. */
function findPods({ lookup, workloads }: ClusterModel, text: string): readonly Pod[] {
  const [, namespace = '', name = '', kind] = /^([^/[\]]+)\/([^/[\]]+)(?:\[([A-Za-z]+)\])?$/.exec(text) ?? [];
  if (name === '') throw new BadInput(`${text} is neither namespace/pod nor namespace/workload[Kind] nor an address`);
  const pod = kind === undefined || kind === 'Pod' ? lookup.pod(namespace, name) : undefined;
  if (pod !== undefined) return [pod];
  const owners = workloads.filter(
    (one) => one.namespace === namespace && one.name === name && (kind === undefined || one.kind === kind),
  );
  if (owners.length === 0) throw new BadInput(`there is no ${text} in the manifests`);
  return owners.flatMap(({ pods }) => alive(pods));
}

const alive = (pods: readonly Pod[]) => {
  const running = pods.filter(({ finished }) => !finished);
  return running.length > 0 ? running : pods;
};

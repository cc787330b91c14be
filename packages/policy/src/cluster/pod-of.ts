import type { Pod } from '../model/cluster.ts';
import type { PodInput } from './cluster-input.ts';

/** A pod of the model: what was read of it, with what its surroundings add. */
export function podOf(
  { namespace, name, ports, ranges, node, serviceAccount, hostNetwork, finished, labels: ownLabels }: PodInput,
  { workload, labels, profile }: Pick<Pod, 'workload' | 'labels' | 'profile'>,
): Pod {
  return {
    kind: 'Pod',
    namespace,
    name,
    labels,
    ports,
    ranges,
    workload,
    node,
    serviceAccount,
    ownLabels,
    isGoverned: !hostNetwork && !finished,
    hostNetwork,
    finished,
    fromTemplate: false,
    profile,
  };
}

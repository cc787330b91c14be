import { isRunning } from './label-space.ts';
import { plainText } from './plain-text.ts';
import type { ObservedEdge, ReplicaShare } from './types.ts';
import type { Unit } from './unit.ts';
import { sortedTexts } from './words.ts';

const SILENT_SHOWN = 10;

/** How many of a unit's current pods took part in `edges`. Null unless every edge names its pods: one that does not may have had any of them. */
export function replicaShare(
  unit: Unit,
  direction: 'ingress' | 'egress',
  edges: readonly ObservedEdge[],
): ReplicaShare | null {
  const seen = new Set<string>();
  for (const edge of edges) {
    const pods = direction === 'egress' ? edge.srcPods : edge.dstPods;
    if (pods === undefined) return null;
    for (const pod of pods) seen.add(pod);
  }
  const current = unit.workloads.flatMap(({ pods }) => pods.filter((pod) => isRunning(pod) && !pod.hostNetwork));
  if (edges.length === 0 || current.length === 0) return null;
  const silent = current.filter(({ name }) => !seen.has(name)).map(({ name }) => plainText(name));
  return {
    showed: current.length - silent.length,
    current: current.length,
    silent: sortedTexts(silent).slice(0, SILENT_SHOWN),
  };
}

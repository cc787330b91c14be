import type { EdgeInput, WorkloadInput } from '@margay/graph';
import { endsOf } from './edge-id.ts';

/** What one workload has to do with, one hop: for narrow screens, and for whoever asks for it. */
export function focusOn<E extends EdgeInput, W extends WorkloadInput>(
  edges: readonly E[],
  workloads: readonly W[],
  key: string,
): { edges: E[]; workloads: W[] } {
  const near = edges.filter((edge) => edge.srcKey === key || edge.dstKey === key);
  const keys = new Set([key, ...near.flatMap((edge) => [edge.srcKey, edge.dstKey])]);
  return { edges: near, workloads: workloads.filter((workload) => keys.has(workload.key)) };
}

/** The workload that is worth looking at first: denials before all, then the most connections. */
export function busiest(edges: readonly EdgeInput[]): string | null {
  const weights = new Map<string, number>();
  const add = (key: string, weight: number) => weights.set(key, (weights.get(key) ?? 0) + weight);
  for (const edge of edges) {
    const weight = edge.connectionsStarted + (edge.verdict === 'denied' ? 1e12 : 0);
    if (edge.src.kind === 'workload') add(edge.srcKey, weight);
    if (edge.dst.kind === 'workload') add(edge.dstKey, weight);
  }
  return [...weights].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))[0]?.[0] ?? null;
}

/** The workload that an address has chosen: the node, or an end of the edge, the called one first. */
export function chosenWorkload({ node, edge }: { node: string | null; edge: string | null }): string | null {
  const ends = edge ? endsOf(edge) : null;
  return [node, ends?.target, ends?.source].find((key) => key?.startsWith('workload/')) ?? null;
}

import type { EdgeView, WorkloadView } from '@margay/services/inputs';

export interface Figures {
  readonly connections: number;
  readonly decided: number;
  readonly denied: number;
  readonly bytes: number;
  /** Workloads with a policy in both directions, of those that policies can cover. */
  readonly covered: number;
  readonly coverable: number;
}

/** Sums over the edges of a range, and how far policies reach. */
export function figuresOf(edges: readonly EdgeView[], workloads: readonly WorkloadView[]): Figures {
  const sum = (of: (edge: EdgeView) => number) => edges.reduce((total, edge) => total + of(edge), 0);
  const coverable = workloads.filter((workload) => !workload.hostNetwork);
  return {
    connections: sum((edge) => edge.connectionsStarted),
    decided: sum((edge) => (edge.verdict === 'none' ? 0 : edge.connectionsStarted)),
    denied: sum((edge) => (edge.verdict === 'denied' ? edge.connectionsStarted : 0)),
    bytes: sum((edge) => edge.bytesForward + edge.bytesReverse),
    covered: coverable.filter((workload) => workload.ingressPolicies.length > 0 && workload.egressPolicies.length > 0)
      .length,
    coverable: coverable.length,
  };
}

/** Pairs that moved the most bytes, ports added up. */
export function topTalkers(
  edges: readonly EdgeView[],
  count: number,
): { edge: EdgeView; bytes: number; connections: number; ports: number }[] {
  const pairs = Map.groupBy(edges, (edge) => JSON.stringify([edge.srcKey, edge.dstKey]));
  return [...pairs.values()]
    .flatMap((rows) => {
      const [edge] = rows;
      if (!edge) return [];
      const bytes = rows.reduce((total, row) => total + row.bytesForward + row.bytesReverse, 0);
      return [
        {
          edge,
          bytes,
          connections: rows.reduce((total, row) => total + row.connectionsStarted, 0),
          ports: rows.length,
        },
      ];
    })
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, count);
}

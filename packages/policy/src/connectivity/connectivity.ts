import type { ClusterModel } from '../model/cluster.ts';
import type { PolicySet } from '../model/policy.ts';
import { createConnectionPool } from './connection-pool.ts';
import { createConnectivityTable } from './connectivity-table.ts';
import { type ConnectionRow, listConnections } from './list-connections.ts';
import type { HostNetwork } from './spot.ts';

export interface Connectivity {
  /** Every workload, with a connection or without: `namespace/name[Kind]`, sorted. */
  readonly workloads: readonly string[];
  /** In order of source and destination; each pair once, pairs without a connection and a workload with itself left out. */
  readonly rows: () => Iterable<ConnectionRow>;
  /** Workloads whose pods are not all treated alike, known once the rows were read: their rows hold what any of their pods may do. */
  readonly uneven: () => readonly string[];
}

export interface ConnectivityOptions {
  /** `pending` takes staged policies as enforced. */
  readonly scope?: 'enforced' | 'pending';
  readonly hostNetwork?: HostNetwork;
}

/**
 * The exact set of connections for every pair of workloads, and for all addresses outside. Addresses of pods count where the manifests give
 * them; without, no block of addresses holds a pod. IPv6 space is listed where something names a block of it.
 */
export function connectivity(
  cluster: ClusterModel,
  policies: PolicySet,
  { scope = 'enforced', hostNetwork = 'nodes' }: ConnectivityOptions = {},
): Connectivity {
  const pool = createConnectionPool();
  const table = createConnectivityTable(cluster, policies, { scope, pool, hostNetwork });
  return { workloads: table.workloads, rows: () => listConnections(table, pool), uneven: table.uneven };
}

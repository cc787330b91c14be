import type { ClusterState } from '../kube/cluster.ts';
import type { StateFiles } from '../machine/files.ts';
import type { AddressPool } from '../network/addresses.ts';
import type { NodeHelper } from './node-helper.ts';

/** What kubelet, pods and containers work with. */
export interface KubeletContext {
  readonly state: ClusterState;
  readonly files: StateFiles;
  readonly helper: NodeHelper;
  readonly pool: AddressPool;
  readonly nodeName: string;
  readonly namespaces: { readonly node: string; readonly prefix: string };
  readonly certificateAuthority: string;
  /** The script that runs for the agent's image. */
  readonly agentEntry: string;
  readonly agentEnvironment: ReadonlyMap<string, string>;
  readonly fail: (error: unknown) => void;
  /** Runs `start` when fewer than a few others are starting. */
  readonly startSlot: <T>(start: () => Promise<T>) => Promise<T>;
}

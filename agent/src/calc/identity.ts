import { type Hash64, type NamedPort, type Peer, peerId } from '@margay/model';

/** A peer version with its id. */
export interface Identity {
  readonly id: Hash64;
  readonly peer: Peer;
}

export function identityOf(peer: Peer): Identity {
  return { id: peerId(peer), peer };
}

/** What the pods of one revision of a workload share. */
export interface WorkloadFacts {
  readonly namespace: string;
  readonly ownerKind: string;
  readonly name: string;
  /** Less the controllers' own. */
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  readonly ports: readonly NamedPort[];
}

/** A pod as a node knows it. */
export interface PodIdentity {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  readonly hostNetwork: boolean;
  readonly addresses: readonly string[];
  /** No earlier could it have its addresses. Null where the API does not say. */
  readonly sinceMs: number | null;
  readonly finishedAtMs: number | null;
  /** Of a finished pod: those it had until then. */
  readonly formerAddresses: readonly string[];
  readonly facts: WorkloadFacts;
}

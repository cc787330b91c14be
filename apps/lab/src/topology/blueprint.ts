export const APPS = ['boutique', 'bank', 'prober'] as const;
export type AppName = (typeof APPS)[number];

/** How a peer is spoken to: HTTP, one line over TCP, a datagram, an ICMP echo. */
export type CallKind = 'http' | 'line' | 'datagram' | 'ping';

/** One connection that a workload makes: to another role by its Service, or to a host outside. */
export interface CallBlueprint {
  /** `boutique/cartservice`; or `host` is given. */
  readonly role?: string;
  /** A name or address outside the cluster, or `node`: the node's own address. */
  readonly host?: string;
  /** For `host`. */
  readonly port?: number;
  /** Calls the node's address at the role's NodePort instead of its Service. */
  readonly byNodePort?: boolean;
  readonly kind?: CallKind;
  readonly path?: string;
  readonly keepAlive?: boolean;
  readonly family?: 4 | 6;
}

export interface ListenBlueprint {
  readonly kind: 'http' | 'line' | 'datagram';
  readonly name: string;
  /** The container's port. */
  readonly port: number;
}

export interface ServiceBlueprint {
  readonly port: number;
  readonly headless?: boolean;
  readonly family?: 'IPv4' | 'IPv6' | 'dual';
  /** Local: the source address survives; Cluster: the node's address stands in its place. */
  readonly nodePort?: { readonly port: number; readonly policy: 'Local' | 'Cluster' };
}

/** One workload as a topology describes it, under the names of the original; a seed renames it later. */
export interface Blueprint {
  /** `namespace/name`. */
  readonly role: string;
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'CronJob';
  readonly replicas?: number;
  readonly program: 'service' | 'dns' | 'prober';
  readonly labels?: Readonly<Record<string, string>>;
  readonly serviceAccount?: string;
  readonly hostNetwork?: boolean;
  readonly listen?: ListenBlueprint;
  readonly service?: ServiceBlueprint;
  readonly probe?: 'http' | 'tcp';
  /** What a request to a path makes an HTTP server call. */
  readonly routes?: Readonly<Record<string, readonly CallBlueprint[]>>;
  /** What it does by itself: one step every `everyMs`, round and round. */
  readonly steps?: readonly (readonly CallBlueprint[])[];
  readonly everyMs?: number;
  /** CronJobs: a run every so many seconds, the first after `offsetSeconds`. */
  readonly schedule?: { readonly everySeconds: number; readonly offsetSeconds: number };
}

/** One connection's activity within one window, as a tap saw it. "Local" is the pod behind the tapped interface, "remote" its peer as the packet named it (a ClusterIP stays a ClusterIP). */
export interface ConnectionSample {
  readonly interfaceIndex: number;
  /** 4 or 16 bytes as text: `10.244.1.7`, `fd00::7`. */
  readonly localAddress: string;
  readonly remoteAddress: string;
  readonly protocol: number;
  /** 0 for protocols without ports; for ICMP both carry type << 8 | code of the initiator's message. */
  readonly localPort: number;
  readonly remotePort: number;
  /** By the SYN, else by the first packet; `unknown` for TCP that was under way when the tap came and that conntrack cannot tell. */
  readonly initiator: 'local' | 'remote' | 'unknown';
  /** L3 bytes and packets per skb; out = sent by the pod. */
  readonly bytesOut: number;
  readonly packetsOut: number;
  readonly bytesIn: number;
  readonly packetsIn: number;
  /** 1 in the window in which the connection began (never for one found under way), else 0. */
  readonly started: number;
  /** 1 in the window in which it ended (FIN both ways, RST, or idle timeout), else 0. */
  readonly completed: number;
  /** `unanswered`: SYNs went out, nothing came back, and 3 s have passed since the first. Such a connection's earlier samples are held back until this is known. */
  readonly outcome: 'answered' | 'unanswered';
  /** Epoch ms, converted from the kernel's monotonic clock. */
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
}

/** A window that no program writes to any more. `epoch` counts windows since `boot`, which names this life of the pinned maps: together they say whether a window was read before. */
export interface ClosedWindow {
  readonly boot: string;
  readonly epoch: number;
  /** Start of the window on the 5 s grid, epoch ms. A lease can close it early; samples of one window from several reads add up. */
  readonly windowStartMs: number;
  readonly closedAtMs: number;
  readonly samples: readonly ConnectionSample[];
  readonly losses: readonly { readonly kind: 'kernel-map-full' | 'kernel-parse'; readonly count: number }[];
}

export interface TapStatus {
  readonly interface: string;
  readonly interfaceIndex: number;
  readonly addresses: readonly string[];
  readonly state: 'active' | 'half-blind' | 'failed';
  readonly message: string;
}

/** DNAT entries of the node's conntrack: how a ClusterIP connection found its backend. */
export interface NatEntry {
  readonly protocol: number;
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly originalAddress: string;
  readonly originalPort: number;
  readonly backendAddress: string;
  readonly backendPort: number;
}

/** What the flow pipeline needs of a data plane or an observer. */
export interface WindowSource {
  /** Loads programs, finds taps; throws a MargayError that says what is missing (root, BTF, libbpf). */
  start(): Promise<void>;
  /** Finds interfaces of local pods again; attaches to new ones, forgets gone ones, restores a tap that was removed. Cheap; called every second. */
  refreshTaps(): Promise<readonly TapStatus[]>;
  /** Swaps the maps and reads the closed one. A window that nobody acknowledged, this process or a former one, comes again under the same boot and epoch instead. */
  closeWindow(nowMs: number): Promise<ClosedWindow>;
  /** The consumer has written the window of this epoch where it survives: its map is cleared. Until then `closeWindow` hands the same window out again, so that nothing is lost when writing fails. */
  acknowledge?(epoch: number): Promise<void>;
  /** Current DNAT entries; read once a window. */
  natEntries(): Promise<readonly NatEntry[]>;
  /** Detaches; where maps and taps are pinned they stay and go on counting for the next process. `remove` detaches always and unpins, leaving the kernel as before. */
  stop(options: { remove: boolean }): Promise<void>;
}

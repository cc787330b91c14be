import { Conntrack, type ConntrackEntry } from '../../ffi/index.ts';
import type { ConnectionSample, NatEntry } from '../window.ts';
import type { Initiator } from './connection-key.ts';

/** One read a window, on the event loop: bounded in both. */
const LIMITS = { entriesMax: 20_000, timeMs: 100 } as const;

/** What the kernel's connection tracking knows. Without the library or the module it knows nothing, and says so once. A read that fails is tried again in the next window. */
export class NatReader {
  readonly #warn: (message: string) => void;
  #conntrack: Conntrack | undefined;
  #libraryMissing = false;
  #warned = false;

  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  /** Connections to a translated destination: how a ClusterIP found its backend. */
  entries(): NatEntry[] {
    return (this.#try((conntrack) => conntrack.destinationNat(LIMITS)) ?? []).map(natEntryOf);
  }

  /** Which side of a connection opened it, asked for one connection. */
  initiator(connection: ConnectionSample): Initiator {
    const { protocol, localAddress, localPort, remoteAddress, remotePort } = connection;
    const entry = this.#try((conntrack) =>
      conntrack.find({
        protocol,
        sourceAddress: localAddress,
        sourcePort: localPort,
        destinationAddress: remoteAddress,
        destinationPort: remotePort,
      }),
    );
    if (!entry) return 'unknown';
    const opener = entry.original;
    return opener.sourceAddress === localAddress && opener.sourcePort === localPort ? 'local' : 'remote';
  }

  #try<Result>(read: (conntrack: Conntrack) => Result): Result | undefined {
    if (this.#libraryMissing) return undefined;
    try {
      this.#conntrack ??= new Conntrack();
      return read(this.#conntrack);
    } catch (error) {
      this.#libraryMissing = this.#conntrack === undefined;
      if (!this.#warned) {
        const reason = error instanceof Error ? error.message : String(error);
        this.#warn(
          `Connection tracking cannot be read: ${reason} Services stay unresolved where EndpointSlices do not tell.`,
        );
      }
      this.#warned = true;
      return undefined;
    }
  }
}

function natEntryOf({ original, reply }: ConntrackEntry): NatEntry {
  return {
    protocol: original.protocol,
    sourceAddress: original.sourceAddress,
    sourcePort: original.sourcePort,
    originalAddress: original.destinationAddress,
    originalPort: original.destinationPort,
    backendAddress: reply.sourceAddress,
    backendPort: reply.sourcePort,
  };
}

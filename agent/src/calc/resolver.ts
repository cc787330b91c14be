import { isIpv6, type NetworkSet, networkOf, networkSet } from './address.ts';
import type { Identity } from './identity.ts';
import type { NodeBook } from './node-book.ts';
import type { ServiceBook } from './service-book.ts';
import type { Timeline } from './timeline.ts';

/** What an address was at a moment. */
export type Resolution =
  | { readonly kind: 'known'; readonly identity: Identity }
  /** Nobody that is known had it, but it is one of the cluster's own: a watch may still tell. `otherwise` says what it is if none does. */
  | { readonly kind: 'pending'; readonly otherwise: 'unknown' | 'external' }
  | { readonly kind: 'external' };

/** Width around a known Service address or pod that counts as the cluster's own, where nothing says how wide the range is. */
const SERVICE_BITS = { v4: 20, v6: 112 };
const POD_BITS = { v4: 24, v6: 64 };
const SETTLED_MAX = 20_000;

/** Answers for addresses from the books that informers fill. */
export class Resolver {
  readonly #timeline: Timeline;
  readonly #nodes: NodeBook;
  readonly #services: ServiceBook;
  #serviceNetworks: NetworkSet | null = null;
  readonly #podNeighbourhoods = new Set<string>();
  /** Neighbours of pods that turned out to be outside: they are not waited for again. */
  readonly #settled = new Set<string>();

  constructor(timeline: Timeline, nodes: NodeBook, services: ServiceBook) {
    this.#timeline = timeline;
    this.#nodes = nodes;
    this.#services = services;
  }

  /** Tells that `address` is a pod's, so that its neighbours may be too. */
  notePod(address: string): void {
    this.#podNeighbourhoods.add(neighbourhood(address));
    this.#settled.delete(address);
  }

  noteServices(): void {
    this.#serviceNetworks = null;
  }

  /** No watch told in time what `address` is. */
  noteOutside(address: string): void {
    if (this.#settled.size >= SETTLED_MAX) this.#settled.clear();
    this.#settled.add(address);
  }

  resolve(address: string, timeMs: number): Resolution {
    const identity = this.#timeline.at(address, timeMs) ?? this.#nodes.interfaceAt(address);
    if (identity) return { kind: 'known', identity };
    if (this.#nodes.inPodNetwork(address) || this.#inServiceNetwork(address)) {
      return { kind: 'pending', otherwise: 'unknown' };
    }
    if (!this.#settled.has(address) && this.#podNeighbourhoods.has(neighbourhood(address))) {
      return { kind: 'pending', otherwise: 'external' };
    }
    return { kind: 'external' };
  }

  #inServiceNetwork(address: string): boolean {
    this.#serviceNetworks ??= networkSet(
      [...this.#services.clusterAddresses()].map((a) => networkOf(a, isIpv6(a) ? SERVICE_BITS.v6 : SERVICE_BITS.v4)),
    );
    return this.#serviceNetworks.has(address);
  }
}

const neighbourhood = (address: string) => networkOf(address, isIpv6(address) ? POD_BITS.v6 : POD_BITS.v4);

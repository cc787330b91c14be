import { firstAddresses, type NetworkSet, networkSet } from './address.ts';
import { type Identity, identityOf } from './identity.ts';
import type { Timeline } from './timeline.ts';

export interface NodeIdentity {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly podCIDRs: readonly string[];
}

/** Bridges and tunnels of a node take the network's own address or the first after it (cni0, flannel.1, cilium_host). */
const NODE_OWN_ADDRESSES = 2;

/** Nodes' addresses on the timeline, and the networks their pods live in. */
export class NodeBook {
  readonly #timeline: Timeline;
  readonly #nodes = new Map<string, NodeIdentity>();
  #bridges = new Map<string, Identity>();
  #local: ReadonlyMap<string, Identity> = new Map();
  readonly #identities = new Map<string, Identity>();
  #podNetworks: NetworkSet = networkSet([]);

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  change(previous: NodeIdentity | null, next: NodeIdentity | null, nowMs: number): void {
    for (const address of previous?.addresses ?? []) {
      if (!next?.addresses.includes(address)) this.#timeline.release(address, `node:${previous?.name}`, nowMs);
    }
    if (previous) this.#nodes.delete(previous.name);
    if (previous && !next) this.#identities.delete(previous.name);
    if (next) {
      this.#nodes.set(next.name, next);
      // A node had its addresses before anyone watched it, except one that it took from somebody else.
      for (const address of next.addresses) {
        const taken = this.#timeline.current(address) !== null;
        this.#timeline.assign(address, `node:${next.name}`, this.#identity(next.name), taken ? nowMs : 0);
      }
    }
    const nodes = [...this.#nodes.values()];
    this.#podNetworks = networkSet(nodes.flatMap((node) => node.podCIDRs));
    this.#bridges = new Map(
      nodes.flatMap((node) =>
        node.podCIDRs
          .flatMap((cidr) => firstAddresses(cidr, NODE_OWN_ADDRESSES))
          .map((address) => [address, this.#identity(node.name)] as const),
      ),
    );
  }

  /** Addresses that this node's own interfaces have, whatever Kubernetes knows of them. */
  setLocal(name: string, addresses: Iterable<string>): void {
    const identity = this.#identity(name);
    this.#local = new Map([...addresses].map((address) => [address, identity]));
  }

  /** The node whose own interface has an address that no pod has. */
  interfaceAt(address: string): Identity | null {
    return this.#local.get(address) ?? this.#bridges.get(address) ?? null;
  }

  inPodNetwork(address: string): boolean {
    return this.#podNetworks.has(address);
  }

  #identity(name: string): Identity {
    const known = this.#identities.get(name) ?? identityOf({ kind: 'node', name });
    this.#identities.set(name, known);
    return known;
  }
}

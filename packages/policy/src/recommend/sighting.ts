import { onePort, type Port } from './port.ts';
import type { ObservedEdge } from './types.ts';

/** What was seen of one peer on one port; adds up by union, in any order. */
export interface Sighting extends Port {
  /** Edges that show it. Empty where it is allowed only beside another port. */
  readonly edges: Set<ObservedEdge>;
  readonly peers: Set<string>;
  /** Texts of the ports beside which it is allowed. */
  readonly pairedWith: Set<string>;
  /** Most workloads that may have answered behind a Service. */
  backends: number;
  /** The rule's owner opened the connections. */
  readonly outgoing: boolean;
}
export type Sightings = Map<string, Sighting>;

/** Adds what `more` says to what is known of its port. */
export function addSighting(known: Sightings, more: Sighting): void {
  const key = onePort(more);
  const sighting = known.get(key);
  if (sighting === undefined) {
    known.set(key, more);
    return;
  }
  for (const edge of more.edges) sighting.edges.add(edge);
  for (const peer of more.peers) sighting.peers.add(peer);
  for (const port of more.pairedWith) sighting.pairedWith.add(port);
  sighting.backends = Math.max(sighting.backends, more.backends);
}

export const isSeen = ({ edges }: Sighting) => edges.size > 0;

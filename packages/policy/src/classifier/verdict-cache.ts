import type { PlacedEnd } from './atom-book.ts';
import type { Header } from './header-rows.ts';
import type { HeaderPorts } from './port-classes.ts';
import type { CompiledSet } from './set-book.ts';

/**
 * Remembers what a policy set said of an atom and a class of headers, as switches remember flows: not by packet, so that one answer serves every pod and
 * port that no clause tells apart. A table of fixed size in which a newer answer takes an older one's place; nothing in it is ever out of date, because
 * sets and atoms do not change and a class that is cut was cut before the set was asked.
 */
export interface VerdictCache {
  readonly allows: (set: CompiledSet, peer: PlacedEnd, header: Header) => boolean;
}

/** Numbers of an entry: set and verdict, atom, protocol and the like, both ports. Small, because what is in the processor's cache is what is quick. */
const ENTRY_INTS = 4;
/** Entries that one place has: a line of the processor's cache. With one alone, two questions that meet there would drive each other out for ever. */
const WAYS = 4;
const PLACE_INTS = ENTRY_INTS * WAYS;
const SOURCE_CLASSES = 2 ** 14;

/** `entries`: a power of two, 4 at least; each takes 16 bytes. */
export function createVerdictCache(entries: number, ports: HeaderPorts, ask: VerdictCache['allows']): VerdictCache {
  const table = new Int32Array(entries * ENTRY_INTS).fill(-1);
  const mask = entries / WAYS - 1;
  let oldest = 0;
  const portsOf = ({ srcPort, dstPort }: Header) => {
    const source = ports.source.classOf(srcPort);
    return source < SOURCE_CLASSES ? ports.destination.classOf(dstPort) * SOURCE_CLASSES + source : -1;
  };
  return {
    allows: (set, peer, header) => {
      const { protocol, family, icmp } = header;
      const id = peer.atomId;
      const what = protocol | ((family ?? 0) << 8) | ((icmp === null ? 0 : 1 + ((icmp.type << 8) | icmp.code)) << 12);
      const asked = portsOf(header);
      const place = (placeOf(set.id, id, what, asked) & mask) * PLACE_INTS;
      for (let at = place; at < place + PLACE_INTS; at += ENTRY_INTS) {
        const first = table[at] as number;
        if (first >> 1 === set.id && table[at + 1] === id && table[at + 2] === what && table[at + 3] === asked)
          return (first & 1) === 1;
      }
      const allowed = ask(set, peer, header);
      // Asking may have cut a class: the answer is stored under what the port's class is now. Ports beyond count are not stored.
      const answered = portsOf(header);
      if (answered < 0) return allowed;
      oldest = (oldest + 1) % WAYS;
      const at = (placeOf(set.id, id, what, answered) & mask) * PLACE_INTS + oldest * ENTRY_INTS;
      table[at] = (set.id << 1) | (allowed ? 1 : 0);
      table[at + 1] = id;
      table[at + 2] = what;
      table[at + 3] = answered;
      return allowed;
    },
  };
}

/** Spreads neighbours; the constants are those of MurmurHash3's finaliser. */
function placeOf(set: number, atom: number, what: number, ports: number): number {
  let hash = Math.imul(set, 0x9e3779b1) ^ Math.imul(atom, 0x85ebca6b) ^ Math.imul(what, 0xc2b2ae35) ^ ports;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

import type { PodInterface } from './pod-interfaces.ts';

/** `3: veth1@if2: <…> … master cni0 … link-netnsid 0 …\    veth …`, as `ip -o -d monitor link` prints a pair whose other end is in another namespace. */
const PAIR = /^(\d+): ([^@:\s]+)@if\d+: <[^>]*>(?: .*? master (\S+))? .*\blink-netnsid \d+.*\\ +(?:veth|netkit)\b/;
/** `unicast 10.244.1.7 dev veth1 table main …`: a host route straight into an interface; prefixes have a slash, hops a `via`. */
const HOST_ROUTE = /^(?:unicast )?([\da-f.:]+) dev (\S+)(?! .*\bvia\b)/;
const LINK_LOCAL = /^(fe[89ab]|169\.254\.)/i;

/**
 * Reads what `ip -o -d monitor link route` says of new interfaces, and tells what looks like a pod's: a pair with a host route, or a port of a bridge.
 * Only a hint, since it knows nothing of what was there before: whoever taps at once has to look again.
 */
export class PodHints {
  readonly #pairs = new Map<string, PodInterface>();

  /** @returns the interface that a line makes look like a pod's */
  read(line: string): PodInterface | undefined {
    if (line.startsWith('Deleted ')) {
      const name = /^Deleted \d+: ([^@:\s]+)/.exec(line)?.[1];
      if (name !== undefined) this.#pairs.delete(name);
      return undefined;
    }
    return this.#readPair(line) ?? this.#readRoute(line);
  }

  #readPair(line: string): PodInterface | undefined {
    const [, index, name, bridge] = PAIR.exec(line) ?? [];
    if (name === undefined) return undefined;
    const pair = { name, index: Number(index), addresses: this.#pairs.get(name)?.addresses ?? [] };
    this.#pairs.set(name, pair);
    return bridge === undefined ? undefined : { ...pair, bridge };
  }

  #readRoute(line: string): PodInterface | undefined {
    const [, address = '', name = ''] = HOST_ROUTE.exec(line) ?? [];
    const pair = this.#pairs.get(name);
    if (!pair || LINK_LOCAL.test(address)) return undefined;
    const known = { ...pair, addresses: [...new Set([...pair.addresses, address])] };
    this.#pairs.set(name, known);
    return known;
  }
}

import type { PortMatch, Side } from '../model/policy.ts';
import type { EndValues } from './end-values.ts';

/** Ports that no clause of a policy set tells apart, as classes: the place of the last cut that is not above a port. */
export interface PortCuts {
  /** 0 for no port. */
  readonly classOf: (port: number | null) => number;
}

/** `sides` are the conditions on one end's ports, with what their names mean there. */
export function cutPorts(sides: Iterable<{ readonly side: Side; readonly values: EndValues }>): PortCuts {
  const cuts = new Set<number>();
  const cutRange = (first: number, last: number) => cuts.add(first).add(last + 1);
  const cutMatch = (match: PortMatch | null) => {
    for (const { first, last } of match?.ranges ?? []) cutRange(first, last);
  };
  for (const { side, values } of sides) {
    cutMatch(side.ports);
    cutMatch(side.notPorts);
    for (const { port } of [...values.ports, ...values.notPorts, ...(values.service ?? [])])
      if (port !== null) cutRange(port, port);
  }
  const sorted = Int32Array.from(cuts).sort();
  return { classOf: (port) => (port === null ? 0 : 1 + notAbove(sorted, port)) };
}

/** How many cuts are not above `value`. */
function notAbove(sorted: Int32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

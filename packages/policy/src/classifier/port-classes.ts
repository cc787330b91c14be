import type { PortMatch, Side } from '../model/policy.ts';
import type { EndValues } from './end-values.ts';

/**
 * Ports that no clause tells apart, as classes: small numbers, found by one look at a table that all policy sets share. A class that is cut keeps its
 * number for the lower part, so what a set remembers by class stays true: only sets that are made later know the cut.
 */
export interface PortClasses {
  /** 0 for no port. */
  readonly classOf: (port: number | null) => number;
  /** Cuts wherever these conditions, with what their names mean, tell two ports apart. */
  readonly cut: (side: Side, values: EndValues) => void;
}

/** Of either end of a header. */
export type HeaderPorts = Readonly<Record<'source' | 'destination', PortClasses>>;

const PORTS = 65_536;
/** More than any class's number. */
export const PORT_CLASSES = PORTS + 1;

export function createPortClasses(): PortClasses {
  const classes = new Uint16Array(PORTS);
  const starts = new Set<number>([0]);
  let made = 1;
  const cutAt = (port: number) => {
    if (port >= PORTS || starts.has(port)) return;
    starts.add(port);
    let end = port + 1;
    while (end < PORTS && !starts.has(end)) end++;
    classes.fill(made++, port, end);
  };
  const cutMatch = (match: PortMatch | null) => {
    for (const { first, last } of match?.ranges ?? []) {
      cutAt(first);
      cutAt(last + 1);
    }
  };
  return {
    classOf: (port) => (port === null ? 0 : 1 + (classes[port] as number)),
    cut: ({ ports, notPorts }, values) => {
      cutMatch(ports);
      cutMatch(notPorts);
      for (const { port } of [...values.ports, ...values.notPorts, ...(values.service ?? [])])
        if (port !== null) cutMatch({ ranges: [{ first: port, last: port }], names: [] });
    },
  };
}

import type { Header } from '../classifier/header-rows.ts';
import type { ClusterModel, Member } from '../model/cluster.ts';
import type { Packet } from '../model/packet.ts';
import type { PortMatch, Rule, Side } from '../model/policy.ts';
import { policiesOf, type ViewPair } from './views.ts';

export interface HeaderCase {
  readonly header: Header;
  /** Tells this case from the others; empty where there is one. */
  readonly what: string;
}
export interface HeaderCases {
  readonly cases: readonly HeaderCase[];
  /** Why there are several. */
  readonly why: string;
}
export interface HeaderQuestion {
  readonly family: Packet['family'];
  readonly protocol: number;
  /** At the destination itself; 0: not known. Of ICMP, type and code. */
  readonly port: number;
}
export interface HeaderCaseFinder {
  /** Null: there are several. */
  readonly only: (asked: HeaderQuestion) => Header | null;
  /** `ends`: whose own ports may be meant. */
  readonly all: (
    asked: HeaderQuestion,
    ends: { readonly src: readonly Member[]; readonly dst: readonly Member[] },
  ) => HeaderCases;
}

const ICMP: ReadonlySet<number> = new Set([1, 58]);
/** TCP, UDP, SCTP, UDPLite. */
const WITH_PORTS: ReadonlySet<number> = new Set([6, 17, 132, 136]);
const PORT_MAX = 65_535;

/** What an edge's header may have been: source ports are not recorded, which matters only where a rule asks for them. */
export function createHeaderCases({ before, after }: ViewPair): HeaderCaseFinder {
  const rules = [before, after]
    .flatMap(policiesOf)
    .flatMap((policy) => [...policy.rules.egress, ...policy.rules.ingress]);
  const sources = portStarts(rules, ({ source }) => source);
  let destinations: Starts | null = null;
  const only = ({ family, protocol, port }: HeaderQuestion): Header | null => {
    if (ICMP.has(protocol))
      return { family, protocol, srcPort: null, dstPort: null, icmp: { type: port >> 8, code: port & 255 } };
    if (!WITH_PORTS.has(protocol)) return { family, protocol, srcPort: null, dstPort: null, icmp: null };
    return port > 0 && sources === null ? { family, protocol, srcPort: null, dstPort: port, icmp: null } : null;
  };
  return {
    only,
    all: (asked, { src, dst }) => {
      const single = only(asked);
      if (single !== null) return { cases: [{ header: single, what: '' }], why: '' };
      const { family, protocol, port } = asked;
      destinations ??= new Set([
        ...(portStarts(rules, ({ destination }) => destination) ?? []),
        ...serviceStarts(before.cluster, rules),
      ]);
      const dstPorts = port > 0 ? [port] : samples(destinations, dst);
      const srcPorts = sources === null ? [null] : samples(sources, src);
      const cases = dstPorts.flatMap((dstPort) =>
        srcPorts.map((srcPort) => {
          const words = [
            ...(port > 0 ? [] : [`port ${dstPort}`]),
            ...(srcPort === null ? [] : [`from port ${srcPort}`]),
          ];
          return { header: { family, protocol, srcPort, dstPort, icmp: null }, what: words.join(' ') };
        }),
      );
      const why = [...(port > 0 ? [] : ['the port was not recorded']), ...(sources === null ? [] : [SOURCE_PORT])];
      return { cases, why: why.join(', ') };
    },
  };
}

const SOURCE_PORT = 'policies ask for source ports, which are not recorded';

/** Where ranges of ports begin, or have just ended: between two of them no rule tells ports apart. */
type Starts = ReadonlySet<number>;

/** Null: no rule asks. Named ports are the ends' own matter. */
function portStarts(rules: readonly Rule[], sideOf: (rule: Rule) => Side): Starts | null {
  const asked = rules
    .map(sideOf)
    .flatMap(({ ports, notPorts }): PortMatch[] => [ports, notPorts].filter((one) => one !== null));
  if (asked.length === 0) return null;
  return new Set(asked.flatMap(({ ranges }) => ranges).flatMap(({ first, last }) => [first, last + 1]));
}

/** A rule for a Service is one for the ports of its slices, or of its targets where it has none. */
function serviceStarts({ lookup }: ClusterModel, rules: readonly Rule[]): Starts {
  const services = rules.map(({ destination }) => destination.service).filter((one) => one !== null);
  const ports = services.flatMap(({ namespace, name }) => [
    ...lookup.slicesOf(namespace, name).flatMap((slice) => slice.ports.map(({ port }) => port)),
    ...(lookup.service(namespace, name)?.ports ?? []).map(({ targetPort }) => targetPort),
  ]);
  return new Set(ports.flatMap((port) => (typeof port === 'number' ? [port, port + 1] : [])));
}

function samples(starts: Starts, members: readonly Member[]): number[] {
  const declared = members.flatMap(({ ports }) => ports.flatMap(({ port }) => [port, port + 1]));
  const all = new Set([1, ...starts, ...declared]);
  return [...all].filter((port) => port >= 1 && port <= PORT_MAX).sort((x, y) => x - y);
}

import { type ServicePoint, servicePortsAt } from '../engine/match-service.ts';
import { namedPortsAt } from '../engine/match-side.ts';
import type { ClusterModel } from '../model/cluster.ts';
import type { End } from '../model/packet.ts';
import type { PortMatch, Side } from '../model/policy.ts';

/** A port of one protocol (IANA number). */
interface Point {
  readonly protocol: number;
  readonly port: number;
}

/** What the port names and the Service of a rule's side mean at one end. */
export interface EndValues {
  readonly ports: readonly Point[];
  readonly notPorts: readonly Point[];
  /** Null: the side names no Service, or stands for a source, where it is addresses only. */
  readonly service: readonly ServicePoint[] | null;
}
export const NO_VALUES: EndValues = { ports: [], notPorts: [], service: null };

export function valuesAt(
  cluster: ClusterModel,
  { side, role, end }: { side: Side; role: 'source' | 'destination'; end: End },
): EndValues {
  const points = (match: PortMatch | null) =>
    (match?.names ?? [])
      .flatMap((name) => namedPortsAt(side, end, name))
      .map(({ protocol, port }) => ({ protocol, port }));
  const service = side.service === null || role === 'source' ? null : servicePortsAt(cluster, side.service, end);
  return {
    ports: unique(points(side.ports)),
    notPorts: unique(points(side.notPorts)),
    service: service === null ? null : unique(service.map(({ protocol, port }) => ({ protocol, port }))),
  };
}

const textOf = ({ protocol, port }: ServicePoint) => `${protocol}/${port ?? '*'}`;

/** Sorted, each once: equal meanings are equal lists. */
function unique<T extends ServicePoint>(points: readonly T[]): T[] {
  const byText = new Map(points.map((point) => [textOf(point), point]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, point]) => point);
}

/** Equal for equal values only. */
export const valuesText = ({ ports, notPorts, service }: EndValues) =>
  [ports, notPorts, service ?? [{ protocol: -1, port: null }]].map((list) => list.map(textOf).join()).join('|');

/** Whether a port is one that a side's lists and these values together allow. As `matchesPorts` and `matchesDestinationService` have it. */
export function admitsPort(side: Side, values: EndValues, { protocol, port }: ServicePoint): boolean {
  if (side.ports !== null && !isAmong(side.ports, values.ports, { protocol, port })) return false;
  if (side.notPorts !== null && isAmong(side.notPorts, values.notPorts, { protocol, port })) return false;
  const { service } = values;
  return (
    service === null || service.some((one) => one.protocol === protocol && (one.port === null || one.port === port))
  );
}

function isAmong({ ranges }: PortMatch, points: readonly Point[], { protocol, port }: ServicePoint): boolean {
  if (port === null) return false;
  for (const { first, last } of ranges) if (port >= first && port <= last) return true;
  for (const point of points) if (point.port === port && point.protocol === protocol) return true;
  return false;
}

import { BadInput } from '../command.ts';
import type { EndName } from './find-ends.ts';
import { readProtocol } from './protocol.ts';

/** One question: may this packet pass. */
export interface Probe {
  readonly from: EndName;
  readonly to: EndName;
  /** IANA number. */
  readonly protocol: number;
  readonly srcPort: number | null;
  readonly dstPort: number | null;
  readonly icmp: { readonly type: number; readonly code: number } | null;
}

const PROBES_MAX = 1_000_000;
type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a JSON array of probes, each `{from, to, protocol, port}` or `{src, dst, protocol, srcPort, dstPort, icmp}`.
 *
 * @throws BadInput that names every probe at fault.
 */
export function readProbes(text: string): readonly Probe[] {
  const wrong: string[] = [];
  const probes = probeList(text).flatMap((value, place) => {
    try {
      return [readProbe(value)];
    } catch (error) {
      if (!(error instanceof BadInput)) throw error;
      wrong.push(`probe ${place}: ${error.message}`);
      return [];
    }
  });
  if (wrong.length > 0) throw new BadInput(wrong.join('\n'));
  return probes;
}

function probeList(text: string): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new BadInput(`the probes are no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  // The files of a test suite hold the list beside other things.
  const list = isFields(value) ? value.probes : value;
  if (!Array.isArray(list)) throw new BadInput('the probes are no JSON array');
  if (list.length > PROBES_MAX) throw new BadInput(`${list.length} probes: at most ${PROBES_MAX} at once`);
  return list;
}

function readProbe(value: unknown): Probe {
  if (!isFields(value)) throw new BadInput('is no object');
  const short = value.from !== undefined || value.to !== undefined;
  const [from, to] = short ? [value.from, value.to] : [value.src, value.dst];
  const protocol = readProtocol(value.protocol ?? 'TCP');
  if (protocol === null)
    throw new BadInput(`protocol ${JSON.stringify(value.protocol)} is neither a known name nor 0-255`);
  return {
    from: readEnd(from, short ? 'from' : 'src'),
    to: readEnd(to, short ? 'to' : 'dst'),
    protocol,
    srcPort: readPort(value.srcPort, 'srcPort'),
    dstPort: readPort(short ? (value.port ?? value.dstPort) : value.dstPort, short ? 'port' : 'dstPort'),
    icmp: readIcmp(value.icmp),
  };
}

function readEnd(value: unknown, name: string): EndName {
  if (typeof value === 'string') return value;
  if (!isFields(value)) throw new BadInput(`${name} is missing`);
  const text = (field: 'pod' | 'ip') => {
    const part = value[field] ?? undefined;
    if (part !== undefined && typeof part !== 'string') throw new BadInput(`${name}.${field} is no text`);
    return part === undefined ? {} : { [field]: part };
  };
  return { ...text('pod'), ...text('ip') };
}

function readPort(value: unknown, name: string): number | null {
  if (value === undefined || value === null) return null;
  return readNumber(value, name, 65_535);
}

function readIcmp(value: unknown): Probe['icmp'] {
  if (value === undefined || value === null) return null;
  if (!isFields(value)) throw new BadInput('icmp is no object');
  return { type: readNumber(value.type, 'icmp.type', 255), code: readNumber(value.code ?? 0, 'icmp.code', 255) };
}

function readNumber(value: unknown, name: string, most: number): number {
  if (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most) return Number(value);
  throw new BadInput(`${name} ${JSON.stringify(value)} is no whole number from 0 to ${most}`);
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

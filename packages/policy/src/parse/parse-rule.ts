import { type Cidr, containsCidr, parseCidr } from '../address/cidr.ts';
import { parsePort } from './parse-port.ts';
import { parseSelector } from './parse-selector.ts';
import type { Direction, ParsedPeer, ParsedRule } from './parsed-policy.ts';
import { asList, asRecord } from './record.ts';

/** Reads one rule; null where any part of it cannot be understood. A rule half read would match more than was written, so it is dropped whole. */
export function parseRule(value: unknown, direction: Direction, index: number): ParsedRule | null {
  const record = asRecord(value);
  if (record === null) return null;
  const peers = parseEach(direction === 'ingress' ? record.from : record.to, parsePeer);
  const ports = parseEach(record.ports, parsePort);
  return peers === null || ports === null ? null : { index, peers, ports };
}

/** An absent or empty list means "any". */
function parseEach<T>(value: unknown, parse: (item: unknown) => T | null): readonly T[] | 'any' | null {
  const list = asList(value);
  if (list === null) return null;
  const parsed: T[] = [];
  for (const item of list) {
    const one = parse(item);
    if (one === null) return null;
    parsed.push(one);
  }
  return parsed.length === 0 ? 'any' : parsed;
}

const isAbsent = (value: unknown) => value === undefined || value === null;

function parsePeer(value: unknown): ParsedPeer | null {
  const record = asRecord(value);
  if (record === null) return null;
  const byPods = !isAbsent(record.podSelector) || !isAbsent(record.namespaceSelector);
  if (!isAbsent(record.ipBlock)) return byPods ? null : parseIpBlock(record.ipBlock);
  if (!byPods) return null;
  const podSelector = isAbsent(record.podSelector) ? null : parseSelector(record.podSelector);
  const namespaceSelector = isAbsent(record.namespaceSelector) ? null : parseSelector(record.namespaceSelector);
  if (podSelector === null && !isAbsent(record.podSelector)) return null;
  if (namespaceSelector === null && !isAbsent(record.namespaceSelector)) return null;
  return { kind: 'pods', podSelector, namespaceSelector };
}

function parseIpBlock(value: unknown): ParsedPeer | null {
  const record = asRecord(value);
  const cidr = typeof record?.cidr === 'string' ? parseCidr(record.cidr) : null;
  const list = asList(record?.except);
  if (cidr === null || list === null) return null;
  const except: Cidr[] = [];
  for (const item of list) {
    const block = typeof item === 'string' ? parseCidr(item) : null;
    if (block === null || !containsCidr(cidr, block)) return null;
    except.push(block);
  }
  return { kind: 'addresses', cidr, except };
}

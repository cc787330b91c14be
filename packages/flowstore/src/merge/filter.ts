import type { Peer } from '@margay/model';
import type { FlowFilter, FlowRow } from '../contract.ts';
import { matchesGlob } from './glob.ts';

/** Whether a merged row passes. What SQL filtered before was a superset: only the merged row knows its destination and its ends. */
export function passes(row: FlowRow, filter: FlowFilter): boolean {
  const [src, dst] = [namesOf(row.src), namesOf(row.dst)];
  const service = row.service ?? { namespace: '', name: '' };
  return (
    any(filter.srcNamespace, [src.namespace]) &&
    any(filter.srcName, [src.name]) &&
    any(filter.dstNamespace, [dst.namespace]) &&
    any(filter.dstName, [dst.name, service.name]) &&
    any(filter.namespace, [src.namespace, dst.namespace]) &&
    any(filter.name, [src.name, dst.name, service.name]) &&
    (filter.protocol?.includes(row.protocol) ?? true) &&
    (filter.port?.includes(row.port) ?? true) &&
    (filter.action?.includes(row.action) ?? true) &&
    (filter.seenAt === undefined || filter.seenAt === endsOf(row)) &&
    hasText(filter.text, [src, dst, service], row.addresses)
  );
}

function endsOf({ seenAt }: FlowRow): 'both' | 'src' | 'dst' {
  return seenAt.src && seenAt.dst ? 'both' : seenAt.src ? 'src' : 'dst';
}

/** Names as filters know them; an address or CIDR is the name of what has no other. */
export function namesOf(peer: Peer): { namespace: string; name: string } {
  switch (peer.kind) {
    case 'workload':
    case 'service':
      return { namespace: peer.namespace, name: peer.name };
    case 'node':
      return { namespace: '', name: peer.name };
    case 'cidr':
      return { namespace: '', name: peer.cidr };
    case 'external':
    case 'unknown':
      return { namespace: '', name: peer.address };
  }
}

function any(patterns: readonly string[] | undefined, values: readonly string[]): boolean {
  return patterns === undefined || patterns.some((pattern) => values.some((value) => matchesGlob(pattern, value)));
}

function hasText(
  text: string | undefined,
  names: readonly { namespace: string; name: string }[],
  addresses: readonly string[],
): boolean {
  if (!text) return true;
  const wanted = text.toLowerCase();
  const found = (value: string) => value.toLowerCase().includes(wanted);
  return names.some(({ namespace, name }) => found(name) || found(namespace)) || addresses.some(found);
}

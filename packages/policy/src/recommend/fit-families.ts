import { parseAddress } from '../address/address.ts';
import type { End } from './end.ts';
import { isRunning } from './label-space.ts';
import type { Unit } from './unit.ts';

/** The two ends with only those addresses that the pods of the other end can talk to: a node's IPv6 address is no peer of an IPv4 pod. Null where none is left. */
export function fitFamilies(src: End, dst: End): { src: End; dst: End } | null {
  const fittedSrc = dst.kind === 'unit' ? fit(src, dst.unit) : src;
  const fittedDst = src.kind === 'unit' ? fit(dst, src.unit) : dst;
  return fittedSrc === null || fittedDst === null ? null : { src: fittedSrc, dst: fittedDst };
}

function fit(end: End, unit: Unit): End | null {
  // One address was seen as it is; only where several stand for one peer is there a choice.
  if (end.kind === 'unit' || end.source !== 'node') return end;
  const families = familiesOf(unit);
  const cidrs = families.size === 0 ? end.cidrs : end.cidrs.filter(({ family }) => families.has(family));
  return cidrs.length === 0 ? null : { ...end, cidrs };
}

const known = new WeakMap<Unit, ReadonlySet<4 | 6>>();

function familiesOf(unit: Unit): ReadonlySet<4 | 6> {
  const before = known.get(unit);
  if (before !== undefined) return before;
  const pods = unit.workloads.flatMap((workload) => workload.pods.filter(isRunning));
  const addresses = pods.flatMap((pod) => pod.addresses).map(parseAddress);
  const families = new Set(addresses.filter((address) => address !== null).map(({ family }) => family));
  known.set(unit, families);
  return families;
}

import type { Tier } from '../model/policy.ts';
import { at, describe, isAbsent, type Place, readFields, readOneOf } from '../parse/place.ts';
import { readOrder } from './calico-policy.ts';
import type { RawObject } from './raw-object.ts';

export type TierInput = Omit<Tier, 'policies'>;

/** Tiers that exist without being written, with what the API holds them to. The last two are what AdminNetworkPolicies live in. */
export const FIXED_TIERS: readonly TierInput[] = [
  { name: 'default', order: 1_000_000, defaultAction: 'deny' },
  { name: 'kube-admin', order: 1_000, defaultAction: 'pass' },
  { name: 'kube-baseline', order: 10_000_000, defaultAction: 'pass' },
  { name: 'adminnetworkpolicy', order: 1_000, defaultAction: 'pass' },
  { name: 'baselineadminnetworkpolicy', order: 10_000_000, defaultAction: 'pass' },
];
/**
 * Of a tier that gives no order: that of `default`, so that the name decides between the two. Calico's reference says "last"; its code, as the shared
 * vectors recorded it, says this (see test/deviations.md).
 */
const ORDER_DEFAULT = 1_000_000;
const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

export function readTier({ name, body }: RawObject, place: Place): TierInput {
  const spec = readFields(body.spec ?? {}, place, ['order', 'defaultAction']) ?? {};
  if (!NAME.test(name))
    place.report('metadata.name', `${describe(name)} is no tier name`, 'a-z, 0-9 and -, at most 63');
  const order = isAbsent(spec.order) ? ORDER_DEFAULT : readOrder(spec.order, at(place, 'order'));
  const action = isAbsent(spec.defaultAction)
    ? 'Deny'
    : (readOneOf(spec.defaultAction, at(place, 'defaultAction'), ['Deny', 'Pass']) ?? 'Deny');
  const tier: TierInput = { name, order, defaultAction: action === 'Pass' ? 'pass' : 'deny' };
  const fixed = FIXED_TIERS.find((one) => one.name === name);
  if (fixed === undefined) return tier;
  if (!isAbsent(spec.order) && order !== fixed.order)
    place.report('spec.order', `the order of ${name} is fixed`, String(fixed.order));
  if (!isAbsent(spec.defaultAction) && tier.defaultAction !== fixed.defaultAction)
    place.report('spec.defaultAction', `the default action of ${name} is fixed`, fixed.defaultAction);
  return fixed;
}

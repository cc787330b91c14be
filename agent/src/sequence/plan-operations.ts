import { isDeepStrictEqual } from 'node:util';
import type { AddressRange, PolicySetTable } from '@margay/policy';
import {
  EMPTY_PLANE,
  type PlaneEndpoint,
  type PlaneSettings,
  type PlaneState,
  rangeKey,
} from '../dataplane/plane-state.ts';

/** One change of a data plane. A driver makes each whole or not at all. */
export type Operation =
  /** Everything goes, known or not. */
  | { readonly kind: 'clear' }
  | { readonly kind: 'put-settings'; readonly settings: PlaneSettings }
  | { readonly kind: 'make-address-set'; readonly name: string; readonly ranges: readonly AddressRange[] }
  | {
      readonly kind: 'change-address-set';
      readonly name: string;
      /** Taken out before `add` goes in: ranges of one set never overlap. */
      readonly remove: readonly AddressRange[];
      readonly add: readonly AddressRange[];
    }
  | { readonly kind: 'put-policy-set'; readonly set: PolicySetTable }
  | { readonly kind: 'put-endpoint'; readonly key: string; readonly endpoint: PlaneEndpoint }
  | { readonly kind: 'remove-endpoint'; readonly key: string }
  | { readonly kind: 'remove-policy-set'; readonly id: string }
  | { readonly kind: 'remove-address-set'; readonly name: string }
  | { readonly kind: 'remove-settings' };

/**
 * The least that turns `actual` into `desired`, in an order in which nothing refers to what is not there: sets before what uses them, and what is no
 * longer used last. The plan may be broken off after any operation and made anew from what was reached. Pure.
 */
export function planOperations(actual: PlaneState, desired: PlaneState): Operation[] {
  // What cannot be told cannot be taken out by name.
  if (actual.foreign) return [{ kind: 'clear' }, ...planOperations(EMPTY_PLANE, desired)];
  const { settings } = desired;
  return [
    ...(settings === null || isDeepStrictEqual(actual.settings, settings)
      ? []
      : [{ kind: 'put-settings', settings } as const]),
    ...addressSets(actual, desired),
    ...changed(actual.policySets, desired.policySets).map(([, set]) => ({ kind: 'put-policy-set', set }) as const),
    ...changed(actual.endpoints, desired.endpoints).map(
      ([key, endpoint]) => ({ kind: 'put-endpoint', key, endpoint }) as const,
    ),
    ...gone(actual.endpoints, desired.endpoints).map((key) => ({ kind: 'remove-endpoint', key }) as const),
    ...gone(actual.policySets, desired.policySets).map((id) => ({ kind: 'remove-policy-set', id }) as const),
    ...gone(actual.addressSets, desired.addressSets).map((name) => ({ kind: 'remove-address-set', name }) as const),
    ...(settings === null && actual.settings !== null ? [{ kind: 'remove-settings' } as const] : []),
  ];
}

function addressSets(actual: PlaneState, desired: PlaneState): Operation[] {
  const operations: Operation[] = [];
  for (const [name, ranges] of desired.addressSets) {
    const held = actual.addressSets.get(name);
    if (!held) {
      operations.push({ kind: 'make-address-set', name, ranges });
      continue;
    }
    const remove = without(held, ranges);
    const add = without(ranges, held);
    if (remove.length + add.length > 0) operations.push({ kind: 'change-address-set', name, remove, add });
  }
  return operations;
}

function without(ranges: readonly AddressRange[], others: readonly AddressRange[]): AddressRange[] {
  const keys = new Set(others.map(rangeKey));
  return ranges.filter((range) => !keys.has(rangeKey(range)));
}

/** Compared by content, not by id alone: what somebody altered in the kernel kept its id. */
function changed<T>(actual: ReadonlyMap<string, T>, desired: ReadonlyMap<string, T>): [string, T][] {
  return [...desired].filter(([key, value]) => !isDeepStrictEqual(actual.get(key), value));
}

function gone(actual: ReadonlyMap<string, unknown>, desired: ReadonlyMap<string, unknown>): string[] {
  return [...actual.keys()].filter((key) => !desired.has(key));
}

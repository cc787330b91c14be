import {
  type AddressSet,
  equalAddresses,
  intersectAddresses,
  NO_ADDRESSES,
  subtractAddresses,
  unionAddresses,
} from '../sets/address-set.ts';

/** Addresses that go from one text to another; null: without a connection. */
export interface OutsideChange {
  readonly addresses: AddressSet;
  readonly before: string | null;
  readonly after: string | null;
}

/** The addresses outside, by how what they may do changes; those for which nothing changes are left out. */
export function divideOutside(
  before: ReadonlyMap<string, AddressSet>,
  after: ReadonlyMap<string, AddressSet>,
): readonly OutsideChange[] {
  const all = (sides: ReadonlyMap<string, AddressSet>) => [...sides.values()].reduce(unionAddresses, NO_ADDRESSES);
  const [known, kept] = [all(before), all(after)];
  const changes: OutsideChange[] = [];
  for (const [text, addresses] of before) {
    changes.push({ addresses: subtractAddresses(addresses, kept), before: text, after: null });
    for (const [later, others] of after)
      if (later !== text)
        changes.push({ addresses: intersectAddresses(addresses, others), before: text, after: later });
  }
  for (const [text, addresses] of after)
    changes.push({ addresses: subtractAddresses(addresses, known), before: null, after: text });
  return changes.filter(({ addresses }) => !equalAddresses(addresses, NO_ADDRESSES));
}

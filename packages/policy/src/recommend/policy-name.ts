import { hash64, OWNER_KINDS } from '@margay/model';
import { compareText } from './compare-text.ts';
import type { Unit } from './unit.ts';

/** Kubernetes takes 253 characters; 63 fit everywhere a name is shown or used as a label. */
const NAME_LENGTH_MAX = 63;
const DNS_SUBDOMAIN = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/**
 * `margay-<workload>` for every unit, the same on every run. A hash of the unit's key is added where the name alone would not do: it is cut,
 * holds characters that object names may not, stands for several workloads, or is taken in that namespace by a kind listed earlier.
 */
export function namePolicies(units: Iterable<Unit>): ReadonlyMap<Unit, string> {
  const names = new Map<Unit, string>();
  const taken = new Set<string>();
  for (const unit of [...new Set(units)].sort(compareUnits)) {
    const place = (name: string) => JSON.stringify([unit.namespace, name]);
    const plain = plainName(unit);
    const name = plain === null || taken.has(place(plain)) ? hashedName(unit) : plain;
    taken.add(place(name));
    names.set(unit, name);
  }
  return names;
}

function plainName({ workloads }: Unit): string | null {
  const [only] = workloads;
  if (only === undefined || workloads.length > 1) return null;
  const name = `margay-${only.name}`;
  return name.length <= NAME_LENGTH_MAX && DNS_SUBDOMAIN.test(name) ? name : null;
}

function hashedName({ key, workloads }: Unit): string {
  const hash = hash64(key).slice(0, 8);
  const words = workloads.map(({ name }) => name.toLowerCase().replace(/[^a-z0-9]+/g, '-')).join('-');
  const room = NAME_LENGTH_MAX - 'margay-'.length - 1 - hash.length;
  const trimmed = words.slice(0, room).replace(/^-+|-+$/g, '');
  return ['margay', trimmed, hash].filter((part) => part !== '').join('-');
}

/** Single workloads first, so that they keep the plain name. */
function compareUnits(a: Unit, b: Unit): number {
  const kindRank = ({ workloads }: Unit) => {
    const place = (OWNER_KINDS as readonly string[]).indexOf(workloads[0]?.kind ?? '');
    return workloads.length > 1 || place === -1 ? OWNER_KINDS.length : place;
  };
  return kindRank(a) - kindRank(b) || compareText(a.key, b.key);
}

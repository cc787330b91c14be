import { formatAddress } from '../address/address.ts';
import { type AddressRange, parseNet } from '../address/address-range.ts';
import type { Side } from '../model/policy.ts';
import {
  at,
  describe,
  type Fields,
  isAbsent,
  type Place,
  readEach,
  readList,
  readObject,
  readText,
  refuse,
} from '../parse/place.ts';
import { IMPLIED, inNamespace, overNamespaces, overServiceAccounts } from '../selector/prefix-labels.ts';
import type { SelectorNode } from '../selector/selector.ts';
import { allOf, not, type SelectorPool } from '../selector/selector-pool.ts';
import { portsOf, readCalicoPorts } from './calico-ports.ts';
import { readCalicoSelector } from './calico-selector.ts';
import { ANY_SIDE } from './policy-context.ts';

const NETS_MAX = 256;
const FIELDS = [
  'nets',
  'notNets',
  'selector',
  'notSelector',
  'namespaceSelector',
  'serviceAccounts',
  'services',
  'ports',
  'notPorts',
];
const BESIDE_SERVICES = ['selector', 'notSelector', 'namespaceSelector', 'serviceAccounts', 'nets', 'notNets'];

export interface EntityContext {
  /** Of the policy; empty for a global one. */
  readonly namespace: string;
  readonly selectors: SelectorPool;
  /** Whether this side may name a Service: the destination of egress, the source of ingress. */
  readonly services: 'destination' | 'source' | 'never';
}

/** `source` or `destination` of a Calico rule, as one selector over the flat labels (a reader who looks for the narrowing to the own namespace finds it here). */
export function readEntity(value: unknown, place: Place, context: EntityContext): Side | null {
  if (isAbsent(value)) return ANY_SIDE;
  const fields = readObject(value, place, FIELDS);
  if (fields === null) return null;
  const who = readSelectors(fields, place, context);
  const service = readService(fields, place, context);
  const nets = readNets(fields.nets, at(place, 'nets'));
  const notNets = readNets(fields.notNets, at(place, 'notNets'));
  const ports = readCalicoPorts(fields.ports, at(place, 'ports'));
  const notPorts = readCalicoPorts(fields.notPorts, at(place, 'notPorts'));
  const holes = notNets?.findIndex(({ family, first, last }) => isWhole(family, first, last)) ?? -1;
  if (holes !== -1) refuse(at(at(place, 'notNets'), holes), 'excludes every address', 'a narrower block');
  if (who === null || service === null || nets === null || notNets === null || holes !== -1) return null;
  if (ports === null || notPorts === null) return null;
  return {
    ...who,
    nets: nets.length === 0 ? null : nets,
    notNets,
    ports: portsOf(ports),
    notPorts: portsOf(notPorts),
    service: service === 'absent' ? null : service,
    nodes: null,
  };
}

function readSelectors(
  fields: Fields,
  place: Place,
  { namespace, selectors }: EntityContext,
): Pick<Side, 'selector' | 'notSelector'> | null {
  const selector = readCalicoSelector(fields.selector, at(place, 'selector'), 'never');
  const notSelector = readCalicoSelector(fields.notSelector, at(place, 'notSelector'), 'anywhere');
  const namespaces = readCalicoSelector(fields.namespaceSelector, at(place, 'namespaceSelector'), 'alone');
  const accounts = readServiceAccounts(fields.serviceAccounts, at(place, 'serviceAccounts'));
  if (selector === null || notSelector === null || namespaces === null || accounts === null) return null;
  const isNarrow = selector !== 'absent' || notSelector !== 'absent' || accounts.length > 0;
  const where = namespaces !== 'absent' ? overNamespaces(namespaces) : null;
  const own = where === null && isNarrow && namespace !== '' ? inNamespace(namespace) : null;
  const positive = [selector === 'absent' ? null : selector, where ?? own, ...accounts];
  const isPositive = positive.some((node) => node !== null);
  const negative = notSelector === 'absent' ? null : notSelector;
  // Beside a positive part the negative one takes members away; alone it rejects packets.
  if (isPositive) return { selector: selectors.take(allOf(...positive, negative && not(negative))), notSelector: null };
  return { selector: null, notSelector: negative && selectors.take(negative) };
}

function readServiceAccounts(value: unknown, place: Place): SelectorNode[] | null {
  if (isAbsent(value)) return [];
  const fields = readObject(value, place, ['names', 'selector']);
  if (fields === null) return null;
  const namesAt = at(place, 'names');
  const list = readList(fields.names, namesAt, NETS_MAX);
  const names = list === null ? null : readEach(list, namesAt, (item, spot) => readText(item, spot, 'a name'));
  const selector = readCalicoSelector(fields.selector, at(place, 'selector'), 'anywhere');
  if (names === null || selector === null) return null;
  const nodes: SelectorNode[] = [];
  if (names.length > 0) nodes.push({ op: 'in', label: IMPLIED.serviceAccount, values: names });
  if (selector !== 'absent') nodes.push(overServiceAccounts(selector));
  return nodes;
}

function readService(fields: Fields, place: Place, context: EntityContext): Side['service'] | 'absent' {
  if (isAbsent(fields.services)) return 'absent';
  const spot = at(place, 'services');
  const reference = readObject(fields.services, spot, ['name', 'namespace']);
  if (reference === null) return null;
  if (context.services === 'never')
    return refuse(
      spot,
      'a Service cannot stand here',
      'the destination of an egress rule, the source of an ingress rule',
    );
  const others = context.services === 'destination' ? [...BESIDE_SERVICES, 'ports', 'notPorts'] : BESIDE_SERVICES;
  const beside = others.find((field) => !isAbsent(fields[field]));
  if (beside !== undefined) return refuse(at(place, beside), 'a condition beside services', 'services alone');
  const name = readText(reference.name ?? null, at(spot, 'name'), 'the name of a Service');
  if (name === null) return null;
  const namespace = isAbsent(reference.namespace) ? context.namespace : reference.namespace;
  if (typeof namespace !== 'string' || namespace === '')
    return refuse(at(spot, 'namespace'), 'the namespace of the Service is missing', 'a namespace');
  return { namespace, name };
}

function readNets(value: unknown, place: Place): AddressRange[] | null {
  const list = readList(value, place, NETS_MAX);
  return list === null ? null : readEach(list, place, readNet);
}

/** With prefix length and without host bits. */
function readNet(value: unknown, place: Place): AddressRange | null {
  const allowed = 'a CIDR such as 10.0.0.0/8, without bits below the prefix';
  const text = readText(value, place, allowed);
  if (text === null) return null;
  const range = text.includes('/') ? parseNet(text) : null;
  if (range === null) return refuse(place, `${describe(text)} is no CIDR`, allowed);
  const first = parseNet(text.slice(0, text.indexOf('/')));
  if (first?.first === range.first) return range;
  const canonical = formatAddress({ family: range.family, value: range.first });
  return refuse(place, `${describe(text)} has bits below its prefix`, `${canonical}${text.slice(text.indexOf('/'))}`);
}

const isWhole = (family: 4 | 6, first: bigint, last: bigint) => last - first + 1n === 1n << (family === 4 ? 32n : 128n);

import type { Direction, PolicyKind, PolicyModel } from '../model/policy.ts';
import {
  at,
  describe,
  type Fields,
  isAbsent,
  type Place,
  readFields,
  readList,
  readOneOf,
  readText,
  refuse,
} from '../parse/place.ts';
import { inNamespace, overNamespaces, overServiceAccounts } from '../selector/prefix-labels.ts';
import type { SelectorNode } from '../selector/selector.ts';
import { allOf } from '../selector/selector-pool.ts';
import { readCalicoRules } from './calico-rule.ts';
import { readCalicoSelector } from './calico-selector.ts';
import { closingRules, type PolicyContext, sourceOf } from './policy-context.ts';

const FIELDS = [
  'tier',
  'order',
  'selector',
  'types',
  'ingress',
  'egress',
  'serviceAccountSelector',
  'performanceHints',
];
const GLOBAL_FIELDS = ['namespaceSelector', 'doNotTrack', 'preDNAT', 'applyOnForward'];
const STAGED_ACTIONS = { calico: ['Set', 'Delete', 'Learn', 'Ignore'], margay: ['Set', 'Delete'] } as const;
const TYPES = { ingress: 'Ingress', egress: 'Egress' } as const;

interface CalicoShape {
  readonly kind: PolicyKind & ('NetworkPolicy' | 'GlobalNetworkPolicy' | `Staged${string}`);
  readonly global: boolean;
  /** Whose staging it is; null: enforced. */
  readonly stagedIn: PolicyModel['stagedIn'];
}

/**
 * Calico's NetworkPolicy and GlobalNetworkPolicy, and their staged forms. What cannot be understood opens nothing: a bad selector selects all that the
 * policy could reach, for which its Allow and Pass rules then do not count; bad types mean both; rules as {@link readCalicoRules}.
 */
export function readCalicoPolicy(context: PolicyContext, shape: CalicoShape): PolicyModel {
  const { object, spec: place, selectors } = context;
  const namespace = shape.global ? '' : context.namespace;
  const known = [...FIELDS, ...(shape.global ? GLOBAL_FIELDS : []), ...(shape.stagedIn ? ['stagedAction'] : [])];
  const spec = readFields(object.body.spec ?? {}, place, known) ?? {};
  const tier = isAbsent(spec.tier) ? 'default' : (readText(spec.tier, at(place, 'tier')) ?? 'default');
  checkName(object.name, tier, place);
  const stagedAction = shape.stagedIn ? readStagedAction(spec, place, shape.stagedIn) : null;
  const isHostOnly = checkHostFields(spec, place);
  const governs = readTypes(spec, place);
  const subject = readSubject(spec, place, namespace);
  const read = (direction: Direction) => {
    const rules = readCalicoRules(spec[direction], at(place, direction), { direction, namespace, selectors });
    if (!governs[direction]) return [];
    return subject.complete ? rules : closingRules(rules);
  };
  return {
    kind: shape.kind,
    namespace,
    name: object.name,
    uid: object.uid,
    tier,
    order: readOrder(spec.order, at(place, 'order')),
    staged: shape.stagedIn !== null,
    stagedIn: shape.stagedIn,
    stagedAction,
    subject: selectors.take(subject.node),
    governsPods: !isHostOnly,
    applyOnForward: spec.applyOnForward === true,
    governs,
    rules: { ingress: read('ingress'), egress: read('egress') },
    source: sourceOf(object),
  };
}

/** Absent: last. */
export function readOrder(value: unknown, place: Place): number {
  if (isAbsent(value)) return Number.POSITIVE_INFINITY;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  refuse(place, `${describe(value)} is no order`, 'a number, or nothing for last');
  return Number.POSITIVE_INFINITY;
}

/** Absent: Set. A Delete carries nothing but its tier. Learn and Ignore are Calico's alone. */
export function readStagedAction(
  spec: Fields,
  place: Place,
  stagedIn: 'calico' | 'margay',
): PolicyModel['stagedAction'] {
  if (isAbsent(spec.stagedAction)) return 'Set';
  const action = readOneOf(spec.stagedAction, at(place, 'stagedAction'), STAGED_ACTIONS[stagedIn]) ?? 'Set';
  const beside = Object.keys(spec).find((field) => !['tier', 'stagedAction'].includes(field) && !isEmpty(spec[field]));
  if (action === 'Delete' && beside !== undefined)
    refuse(at(place, beside), 'a staged Delete carries nothing but its tier', 'stagedAction and tier');
  return action;
}

const isEmpty = (value: unknown) =>
  isAbsent(value) || (typeof value === 'object' && Object.keys(value as object).length === 0);

/** A name that begins with its own tier holds no further dot. Source: Calico's validation. */
function checkName(name: string, tier: string, { report }: Place): void {
  if (name.startsWith(`${tier}.`) && name.slice(tier.length + 1).includes('.'))
    report('metadata.name', `a name that begins with its tier ${tier} holds no further dot`, `${tier}.<name>`);
}

/** Untracked and pre-DNAT policies govern host endpoints only. */
function checkHostFields(spec: Fields, place: Place): boolean {
  for (const field of ['doNotTrack', 'preDNAT', 'applyOnForward']) {
    if (!isAbsent(spec[field]) && typeof spec[field] !== 'boolean')
      refuse(at(place, field), `${describe(spec[field])} is neither true nor false`, 'true, false');
  }
  const isUntracked = spec.doNotTrack === true;
  const isPreDnat = spec.preDNAT === true;
  if (isUntracked && isPreDnat) refuse(at(place, 'preDNAT'), 'preDNAT beside doNotTrack', 'one of them');
  if ((isUntracked || isPreDnat) && spec.applyOnForward !== true)
    refuse(at(place, 'applyOnForward'), 'doNotTrack and preDNAT need it', 'true');
  const hasEgress = !isEmpty(spec.egress) || (Array.isArray(spec.types) && spec.types.includes('Egress'));
  if (isPreDnat && hasEgress) refuse(at(place, 'egress'), 'a preDNAT policy has no egress', 'ingress only');
  return isUntracked || isPreDnat;
}

/** Absent types are the directions with rules; none at all: Ingress. */
function readTypes(spec: Fields, place: Place): Record<Direction, boolean> {
  const spot = at(place, 'types');
  const list = readList(spec.types, spot, 2);
  if (list === null) return { ingress: true, egress: true };
  if (list.length === 0) {
    const egress = !isEmpty(spec.egress);
    return { ingress: !isEmpty(spec.ingress) || !egress, egress };
  }
  const isKnown = list.every((item) => item === TYPES.ingress || item === TYPES.egress);
  if (!isKnown) refuse(spot, 'unknown policy type', 'Ingress, Egress');
  if (new Set(list).size < list.length) refuse(spot, 'a type is listed twice', 'Ingress, Egress, each once');
  if (!isKnown) return { ingress: true, egress: true };
  return { ingress: list.includes(TYPES.ingress), egress: list.includes(TYPES.egress) };
}

/** `complete`: all of it was understood. */
function readSubject(spec: Fields, place: Place, namespace: string): { node: SelectorNode; complete: boolean } {
  let complete = true;
  const read = (field: string, over: (node: SelectorNode) => SelectorNode): SelectorNode | null => {
    const node = readCalicoSelector(spec[field], at(place, field), 'never');
    if (node === null) complete = false;
    return node === 'absent' || node === null ? null : over(node);
  };
  const node = allOf(
    read('selector', (own) => own),
    read('namespaceSelector', overNamespaces),
    read('serviceAccountSelector', overServiceAccounts),
    namespace === '' ? null : inNamespace(namespace),
  );
  return { node, complete };
}

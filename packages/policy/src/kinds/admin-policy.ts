import type { PolicyModel, Rule } from '../model/policy.ts';
import { at, isAbsent, type Place, readFields, readInteger, readOneOf } from '../parse/place.ts';
import { readAdminSubject } from './admin-peers.ts';
import { readAdminPort, readProtocolEntry } from './admin-ports.ts';
import { type AdminDialect, readAdminRules } from './admin-rules.ts';
import { type PolicyContext, sourceOf } from './policy-context.ts';

const PRIORITY_MAX = 1000;

/** policy.networking.k8s.io/v1alpha1. Source: KEP-2091 and the API text of sigs.k8s.io/network-policy-api. */
const ALPHA1: AdminDialect = {
  actions: { Allow: 'allow', Deny: 'deny', Pass: 'pass' },
  rulesMax: 100,
  entriesMax: 100,
  portsField: 'ports',
  readPort: readAdminPort,
  peers: { ingress: ['namespaces', 'pods'], egress: ['namespaces', 'pods', 'nodes', 'networks', 'domainNames'] },
  namespacesHoldSets: false,
};
/** A baseline has nothing to pass to. */
const BASELINE: AdminDialect = {
  ...ALPHA1,
  actions: { Allow: 'allow', Deny: 'deny' },
  peers: { ...ALPHA1.peers, egress: ['namespaces', 'pods', 'nodes', 'networks'] },
};
/** policy.networking.k8s.io/v1alpha2, as Calico converts it. */
const ALPHA2: AdminDialect = {
  actions: { Accept: 'allow', Deny: 'deny', Pass: 'pass' },
  rulesMax: 25,
  entriesMax: 25,
  portsField: 'protocols',
  readPort: readProtocolEntry,
  peers: { ingress: ['namespaces', 'pods'], egress: ['namespaces', 'pods', 'nodes', 'networks', 'domainNames'] },
  namespacesHoldSets: true,
};

/** AdminNetworkPolicy: before all Kubernetes NetworkPolicies, lower priority numbers first. */
export function readAdminNetworkPolicy(context: PolicyContext): PolicyModel | null {
  const fields = ['priority', 'subject', 'ingress', 'egress'];
  const whole = readCommon(context, { fields, dialect: ALPHA1, kind: 'AdminNetworkPolicy' });
  return whole && { ...whole, tier: 'adminnetworkpolicy' };
}

/** BaselineAdminNetworkPolicy: the one named `default`; behind all NetworkPolicies. */
export function readBaselineAdminNetworkPolicy(context: PolicyContext): PolicyModel | null {
  const { object, spec } = context;
  if (object.name !== 'default')
    spec.report('metadata.name', 'a cluster has one BaselineAdminNetworkPolicy', 'default');
  const fields = ['subject', 'ingress', 'egress'];
  const whole = readCommon(context, { fields, dialect: BASELINE, kind: 'BaselineAdminNetworkPolicy' });
  return whole && { ...whole, tier: 'baselineadminnetworkpolicy' };
}

/** ClusterNetworkPolicy. Null without a known tier or subject: Calico treats such a one as deleted. */
export function readClusterNetworkPolicy(context: PolicyContext): PolicyModel | null {
  const fields = ['tier', 'priority', 'subject', 'ingress', 'egress'];
  const whole = readCommon(context, { fields, dialect: ALPHA2, kind: 'KubernetesClusterNetworkPolicy' });
  const spec = context.object.body.spec as { tier?: unknown } | null | undefined;
  const tier = readOneOf(spec?.tier, at(context.spec, 'tier'), ['Admin', 'Baseline']);
  if (whole === null || tier === null) return null;
  return { ...whole, tier: tier === 'Admin' ? 'kube-admin' : 'kube-baseline' };
}

interface CommonOptions {
  readonly fields: readonly string[];
  readonly dialect: AdminDialect;
  readonly kind: PolicyModel['kind'];
}

function readCommon({ object, spec: place, selectors }: PolicyContext, options: CommonOptions): PolicyModel | null {
  const spec = readFields(object.body.spec, place, options.fields) ?? {};
  const subject = readAdminSubject(spec.subject, at(place, 'subject'), selectors);
  const context = { dialect: options.dialect, selectors };
  const ingress = readAdminRules(spec.ingress, at(place, 'ingress'), { ...context, direction: 'ingress' });
  const egress = readAdminRules(spec.egress, at(place, 'egress'), { ...context, direction: 'egress' });
  const order = options.fields.includes('priority') ? readPriority(spec.priority, at(place, 'priority')) : 0;
  if (subject === null) return null;
  return {
    kind: options.kind,
    namespace: '',
    name: object.name,
    uid: object.uid,
    tier: '',
    order,
    staged: false,
    stagedIn: null,
    stagedAction: null,
    subject,
    governsPods: true,
    applyOnForward: false,
    governs: governedBy(spec.ingress, spec.egress, [ingress, egress]),
    rules: { ingress, egress },
    source: sourceOf(object),
  };
}

/** Required; absent is what the API server refuses. */
function readPriority(value: unknown, place: Place): number {
  return readInteger(value, place, 0, PRIORITY_MAX) ?? 0;
}

/** The directions with rules; without any rule both, which shows as an end-of-tier Pass in traces. */
function governedBy(ingress: unknown, egress: unknown, rules: readonly (readonly Rule[])[]): PolicyModel['governs'] {
  const has = (value: unknown) => !isAbsent(value) && !(Array.isArray(value) && value.length === 0);
  const written = { ingress: has(ingress), egress: has(egress) };
  const isEmpty = !written.ingress && !written.egress && rules.every((list) => list.length === 0);
  return isEmpty ? { ingress: true, egress: true } : written;
}

import { hash64 } from '@margay/model';
import { indexInventory } from '../inventory/cluster-index.ts';
import { groupBy } from '../inventory/group-by.ts';
import { type InventoryModel, modelInventory } from '../inventory/model-inventory.ts';
import type { NetworkPolicy } from '../kubernetes.ts';
import { renderYaml } from '../render/render-yaml.ts';
import { type BuiltRule, buildRules } from './build-rules.ts';
import { compareText } from './compare-text.ts';
import type { Look } from './confidence.ts';
import { coverageOf } from './coverage.ts';
import { findDnsPartners } from './dns-ports.ts';
import { draftEntries } from './draft.ts';
import { type Cluster, collectPodAddresses } from './end.ts';
import { describeExternals, type Externals } from './externals.ts';
import { joinAlike } from './join-alike.ts';
import { learn } from './learn.ts';
import type { Lesson, Omission } from './lesson.ts';
import { findNewDemand } from './new-demand.ts';
import { writeNotes } from './notes.ts';
import { mergeOmissions } from './omissions.ts';
import { namePolicies } from './policy-name.ts';
import type { CoveredRecommendation, RecommendedRule, RecommendInput } from './types.ts';
import { formUnits, type Unit } from './unit.ts';
import { writeHeader } from './write-header.ts';

/** The namespace that Margay's own agent runs in, where the caller names no other. */
const AGENT_NAMESPACE = 'margay';

/**
 * One NetworkPolicy per workload from what was seen: every edge that got through and that a policy can name stays allowed, nothing else is.
 * Every workload of the inventory has an entry in the result, with a policy or the reason why there is none. Pure; the order of the input does not matter.
 */
export function recommend(input: RecommendInput): CoveredRecommendation[] {
  const index = indexInventory(input.inventory);
  const units = formUnits(index);
  const cluster: Cluster = { index, units, podAddresses: collectPodAddresses(input.inventory.pods) };
  const learning = { cluster, dnsPartner: findDnsPartners(index), isNewDemand: findNewDemand(input) };
  const byUnit = groupBy(
    input.edges.flatMap((edge) => learn(learning, edge)),
    ({ unit }) => unit,
  );
  const learntBy = (unit: Unit) => byUnit.get(unit) ?? [];
  const context = {
    model: modelInventory(input.inventory),
    input,
    look: lookOf(input),
    externals: describeExternals(input),
  };
  const needsOf = (unit: Unit) => needsText(unit, learntBy(unit), context);
  const subjects =
    input.per === 'namespace'
      ? joinAlike(units.values(), index, needsOf)
      : new Map([...units.values()].map((unit) => [unit, [unit]]));
  const names = namePolicies(subjects.keys());
  const agentNamespace = input.agentNamespace ?? AGENT_NAMESPACE;
  return [...names]
    .filter(([unit]) => unit.namespace !== agentNamespace)
    .sort(([a], [b]) => compareText(a.namespace, b.namespace) || compareText(a.key, b.key))
    .map(([unit, name]) => recommendUnit(unit, (subjects.get(unit) ?? []).flatMap(learntBy), { ...context, name }));
}

function lookOf({ fromMs, toMs, lostFlows, edges }: RecommendInput): Look {
  const flows = edges.reduce((sum, edge) => sum + edge.flows, 0);
  return { fromMs, toMs, lostFlows, lostShare: lostFlows > 0 ? lostFlows / (lostFlows + flows) : 0 };
}

interface Context {
  readonly model: InventoryModel;
  readonly input: RecommendInput;
  readonly look: Look;
  readonly externals: Externals;
}

function recommendUnit(
  unit: Unit,
  learnt: readonly (Lesson | Omission)[],
  context: Context & { readonly name: string },
): CoveredRecommendation {
  const leftOut = mergeOmissions(learnt.filter((one) => one.kind === 'omission'));
  const workloads = unit.workloads.map(({ namespace, kind, name }) => ({ namespace, kind, name }));
  const whole = { key: unit.key, workloads, namespace: unit.namespace, leftOut };
  const refusal = refusalOf(unit, learnt, context);
  if (refusal !== null) {
    const coverage = coverageOf(learnt, { ingress: [], egress: [] });
    const nothing = { policy: null, yaml: null, rules: [], notes: [], coverage };
    return { ...whole, ...nothing, refusal, fingerprint: hash64(`refused: ${refusal}`) };
  }
  const { entries, rules } = draftRules(unit, learnt, context);
  const policy = toPolicy(unit, context.name, rules);
  const canonical = renderYaml(policy);
  const { model, input, name: policyName } = context;
  return {
    ...whole,
    policy,
    yaml: `${writeHeader(unit)}${canonical}`,
    refusal: null,
    rules: [...toRecommended('ingress', rules.ingress), ...toRecommended('egress', rules.egress)],
    notes: writeNotes({ unit, policyName, model, entries, rules, lostFlows: input.lostFlows }),
    coverage: coverageOf(learnt, entries),
    fingerprint: hash64(canonical),
  };
}

function draftRules(unit: Unit, learnt: readonly (Lesson | Omission)[], { look, externals }: Context) {
  const entriesOf = (direction: 'ingress' | 'egress') =>
    draftEntries(
      learnt.filter((one) => one.kind === 'lesson').filter((lesson) => lesson.direction === direction),
      externals,
    );
  const entries = { ingress: entriesOf('ingress'), egress: entriesOf('egress') };
  const rules = {
    ingress: buildRules(entries.ingress, { unit, direction: 'ingress', look }),
    egress: buildRules(entries.egress, { unit, direction: 'egress', look }),
  };
  return { entries, rules };
}

/** What a unit's policy would say, whoever it is for; null where it gets none. */
function needsText(unit: Unit, learnt: readonly (Lesson | Omission)[], context: Context): string | null {
  if (refusalOf(unit, learnt, context) !== null) return null;
  const { rules } = draftRules(unit, learnt, context);
  const { ingress, egress } = toPolicy(unit, '', rules).spec;
  return JSON.stringify([ingress, egress]);
}

/** A policy without rules isolates: it is never made of nothing. Nor of what many flows are missing from. */
function refusalOf(unit: Unit, learnt: readonly (Lesson | Omission)[], { look, input }: Context): string | null {
  if (unit.hostNetwork) return 'host network: NetworkPolicy does not apply';
  if (!learnt.some(({ kind }) => kind === 'lesson'))
    return learnt.length > 0 ? 'no traffic seen that a policy can be learnt from' : 'no traffic seen';
  return look.lostShare > (input.lossLimit ?? 1)
    ? 'too many flows were lost: what they carried would be cut off'
    : null;
}

type Rules = Readonly<Record<'ingress' | 'egress', readonly BuiltRule[]>>;

/** Both directions are always named: one without traffic is closed, which its notes say. */
function toPolicy(unit: Unit, name: string, rules: Rules): NetworkPolicy {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: unit.namespace },
    spec: {
      podSelector: unit.selector,
      policyTypes: ['Ingress', 'Egress'],
      ingress: rules.ingress.map(({ peers, ports }) => ({ from: [...peers], ports: [...ports] })),
      egress: rules.egress.map(({ peers, ports }) => ({ to: [...peers], ports: [...ports] })),
    },
  };
}

function toRecommended(direction: 'ingress' | 'egress', rules: readonly BuiltRule[]): RecommendedRule[] {
  return rules.map(({ sentence, evidence, findings }, index) => ({ direction, index, sentence, evidence, findings }));
}

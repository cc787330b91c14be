import type { CompiledRule } from '../connectivity/compile-rules.ts';
import { createConnectionPool, NONE } from '../connectivity/connection-pool.ts';
import { groupPeers } from '../connectivity/direction-rows.ts';
import { type EndClass, fits } from '../connectivity/end-classes.ts';
import { prepare } from '../connectivity/prepare.ts';
import { createSteps, type Step, type StepsInput, walkTiers } from '../connectivity/tier-steps.ts';
import type { ClusterModel } from '../model/cluster.ts';
import type { Direction, PolicyModel, Tier } from '../model/policy.ts';
import { type Finding, findingAt, policyText } from './finding.ts';

/** What became of a rule wherever it could match. */
interface Fate {
  readonly policy: PolicyModel;
  decides: boolean;
  /** Some step that took what it would have matched. */
  by: Step | null;
}

/** Rules that match something in this cluster, but never decide: earlier ones always do. */
export function checkShadowed(cluster: ClusterModel, tiers: readonly Tier[]): readonly Finding[] {
  const { steps } = prepare(
    cluster,
    { policies: [], enforced: tiers, pending: tiers },
    {
      scope: 'enforced',
      pool: createConnectionPool(),
      ipv6: true,
      hostNetwork: 'nodes',
    },
  );
  const fates = new Map<CompiledRule, Fate>();
  const stepsOf = createSteps(steps);
  for (const own of steps.classes.all) {
    if (own.spot.end.pod === null) continue;
    for (const direction of ['egress', 'ingress'] as const)
      watchClass(own, direction, { input: steps, stepsOf, fates });
  }
  return describeFates(fates);
}

interface Watch {
  readonly input: StepsInput;
  readonly stepsOf: ReturnType<typeof createSteps>;
  readonly fates: Map<CompiledRule, Fate>;
}

/** One peer stands for all that the steps treat alike. */
function watchClass(own: EndClass, direction: Direction, { input: { classes, pool }, stepsOf, fates }: Watch): void {
  const tiers = stepsOf(own, direction);
  if (tiers.length === 0) return;
  const seen = new Set<number>();
  for (const [peer, group] of groupPeers(tiers, classes).entries()) {
    const other = classes.all[peer];
    if (other === undefined || seen.has(group) || !fits(own, other)) continue;
    seen.add(group);
    const taken: { step: Step; took: number }[] = [];
    const observe = (step: Step, took: number, wanted: number) => {
      const fate = fates.get(step.compiled) ?? { policy: step.policy, decides: false, by: null };
      fates.set(step.compiled, fate);
      if (took !== NONE) fate.decides = true;
      else fate.by ??= taken.find((one) => pool.intersect(one.took, wanted) !== NONE)?.step ?? null;
      taken.push({ step, took });
    };
    const family = own.spot.family ?? other.spot.family ?? 4;
    walkTiers(tiers, peer, { family, hasProfile: true, classes, pool, observe });
  }
}

function describeFates(fates: ReadonlyMap<CompiledRule, Fate>): readonly Finding[] {
  const byPath = new Map<PolicyModel, Map<string, Fate[]>>();
  for (const [{ rule }, fate] of fates) {
    const paths = byPath.get(fate.policy) ?? new Map<string, Fate[]>();
    byPath.set(fate.policy, paths);
    paths.set(rule.path, [...(paths.get(rule.path) ?? []), fate]);
  }
  return [...byPath].flatMap(([policy, paths]) =>
    [...paths].flatMap(([path, list]) => {
      const by = list.find((fate) => fate.by !== null)?.by;
      return list.some((fate) => fate.decides) || by === undefined || by === null ? [] : [shadowed(policy, path, by)];
    }),
  );
}

function shadowed(policy: PolicyModel, path: string, { policy: other, compiled }: Step): Finding {
  const action = [...policy.rules.ingress, ...policy.rules.egress].find((rule) => rule.path === path)?.action;
  const same = action === compiled.rule.action;
  const earlier = `${policyText(other)} ${compiled.rule.path} (${compiled.rule.action})`;
  return findingAt(policy, path, {
    check: 'shadowed-rule',
    severity: same ? 'note' : 'warning',
    message: same ? `adds nothing: ${earlier} comes first` : `never decides: ${earlier} comes first`,
  });
}

import type { ClusterModel } from '../model/cluster.ts';
import type { PolicyModel, Side } from '../model/policy.ts';
import type { Selector } from '../selector/selector.ts';
import { asksBuiltIn } from './check-namespaces.ts';
import { type Finding, findingAt, rulesByPath } from './finding.ts';

/** Policies that select no pod, and ends of rules whose selector nothing in the cluster has. */
export function checkSelectors(cluster: ClusterModel, policies: readonly PolicyModel[]): readonly Finding[] {
  const governed = cluster.pods.filter(({ isGoverned }) => isGoverned);
  const members = [...governed, ...cluster.networkSets, ...cluster.hostEndpoints];
  const known = new Map<string, boolean>();
  const matchesSome = (selector: Selector) => {
    const found = known.get(selector.text) ?? members.some(({ labels }) => selector.matches(labels));
    known.set(selector.text, found);
    return found;
  };
  return policies
    .filter(({ governsPods }) => governsPods)
    .flatMap((policy) => {
      const findings: Finding[] = [];
      if (!governed.some(({ labels }) => policy.subject.matches(labels)))
        findings.push(
          findingAt(policy, '', {
            check: 'selects-nothing',
            severity: 'warning',
            message: `selects no pod: ${plainText(policy.subject)}`,
          }),
        );
      for (const [path, rules] of rulesByPath(policy)) {
        const lost = rules.flatMap(({ source, destination }) => [source, destination]).flatMap(selectorOf);
        for (const selector of new Set(lost.filter((one) => !matchesSome(one))))
          findings.push(
            findingAt(policy, path, {
              check: 'peer-matches-nothing',
              severity: cluster.assumeMissing && asksBuiltIn(selector.node) ? 'note' : 'warning',
              message: `nothing matches ${plainText(selector)}`,
            }),
          );
      }
      return findings;
    });
}

const selectorOf = ({ selector }: Side): readonly Selector[] => (selector === null ? [] : [selector]);

/** Without the condition that is added to whatever Kubernetes kinds select, as they can only mean pods. */
const plainText = ({ text }: Selector) => text.replace('projectcalico.org/orchestrator == "k8s" && ', '');

import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { podEnd, rangesEnd } from '../src/engine/ends.ts';
import { evaluate } from '../src/engine/evaluate.ts';
import type { Evaluation } from '../src/model/evaluation.ts';
import type { PolicyModel } from '../src/model/policy.ts';
import { type Manifests, parseManifests } from '../src/parse/parse-manifests.ts';
import { type RenderTarget, renderPolicy } from '../src/render/render-policy.ts';
import { OUTSIDE } from './connectivity-judge.ts';
import { randomManifests } from './random-manifests.ts';
import type { Manifest } from './random-parts.ts';

const TARGETS: readonly RenderTarget[] = ['kubernetes', 'calico', 'cluster'];
const PORTS = [52, 53, 79, 80, 81, 7999, 8000, 8080, 9000, 9001];
const HEADERS = [
  ...[6, 17, 132].flatMap((protocol) =>
    PORTS.flatMap((dstPort) => [53, 40_000].map((srcPort) => ({ protocol, srcPort, dstPort, icmp: null }))),
  ),
  ...[1, 58].flatMap((protocol) =>
    [0, 8, 128].map((type) => ({ protocol, srcPort: null, dstPort: null, icmp: { type, code: 0 } })),
  ),
  { protocol: 47, srcPort: null, dstPort: null, icmp: null },
];

const parse = (objects: readonly Manifest[]) =>
  parseManifests([{ file: 'm.json', text: JSON.stringify(objects) }], { mode: 'strict', assumeMissing: true });
const isPolicy = ({ kind }: Manifest) => String(kind).endsWith('Policy');
const nameOf = ({ metadata }: Manifest) => metadata as { name: string; namespace?: string };

/** The manifests with one policy only, and with that one as it was rendered. */
function alone(objects: readonly Manifest[], policy: PolicyModel, rendered: readonly object[]) {
  const others = objects.filter((object) => !isPolicy(object));
  const own = objects.filter((object) => {
    const { name, namespace = '' } = nameOf(object);
    return isPolicy(object) && name === policy.name && namespace === policy.namespace;
  });
  expect(own).toHaveLength(1);
  return [parse([...others, ...own]), parse([...others, ...(rendered as Manifest[])])] as const;
}

const ENDS_MAX = 9;
function verdicts({ cluster, policies }: Manifests, see: (evaluation: Evaluation) => unknown): unknown[] {
  const ends = [
    // A host's pod that has no address yet: some kinds know it by that alone.
    ...cluster.pods
      .filter(({ hostNetwork, ranges }) => !hostNetwork || ranges.length > 0)
      .map((pod) => podEnd(cluster, pod, pod.ranges.slice(0, 1)))
      .slice(0, ENDS_MAX),
    ...OUTSIDE.filter((_, place) => place % 4 === 1).map((range) => rangesEnd(cluster, [range])),
  ];
  return ends.flatMap((src) =>
    ends.flatMap((dst) => {
      if (src.pod === null && dst.pod === null) return [];
      const families = [...src.ranges, ...dst.ranges].map(({ family }) => family);
      const [family = 4] = families;
      if (families.some((one) => one !== family)) return [];
      return HEADERS.map((header) => see(evaluate(cluster, policies, { ...header, family, src, dst })));
    }),
  );
}

const verdictOnly = ({ verdict, pendingVerdict }: Evaluation) => [verdict, pendingVerdict];
const withRules = ({ verdict, egress, ingress }: Evaluation) => [
  verdict,
  ...[egress, ingress].flatMap((end) => [end?.enforced, end?.pending]).map((trace) => trace?.entries),
];

const OWN_TARGET: Readonly<Record<string, RenderTarget | undefined>> = {
  KubernetesNetworkPolicy: 'kubernetes',
  StagedKubernetesNetworkPolicy: 'kubernetes',
  KubernetesClusterNetworkPolicy: 'cluster',
  NetworkPolicy: 'calico',
  GlobalNetworkPolicy: 'calico',
  StagedNetworkPolicy: 'calico',
  StagedGlobalNetworkPolicy: 'calico',
};

describe('renderPolicy', () => {
  it('writes what means the same, or says why it cannot', () => {
    const counts = new Map<string, number>();
    const count = (text: string) => counts.set(text, (counts.get(text) ?? 0) + 1);
    fc.assert(
      fc.property(randomManifests(), (objects) => {
        const { policies, cluster } = parse(objects);
        const hasSets = cluster.networkSets.length + cluster.hostEndpoints.length > 0;
        for (const policy of policies.policies) {
          for (const target of TARGETS) {
            // Alone in its tier the order decides nothing; without sets there are only pods.
            const level = policy.tier === 'default' ? { level: 'Baseline' as const } : {};
            const options = { ignoreOrder: true, podsOnly: !hasSets, priority: 7, ...level };
            const rendered = renderPolicy(policy, target, options);
            const isOwn = OWN_TARGET[policy.kind] === target;
            count(`${isOwn ? 'own' : target} ${'reasons' in rendered ? 'refused' : 'written'}`);
            if ('reasons' in rendered) {
              expect(rendered.reasons.length).toBeGreaterThan(0);
              continue;
            }
            const [before, after] = alone(objects, policy, rendered.objects);
            expect(after.problems.filter(({ severity }) => severity !== 'warning')).toEqual([]);
            const see = isOwn ? withRules : verdictOnly;
            if (!isDeepStrictEqual(verdicts(before, see), verdicts(after, see)))
              expect({ source: policy.source, means: 'the same' }).toEqual({ source: rendered.yaml, means: 'another' });
            if (policy.kind === 'KubernetesNetworkPolicy' && target === 'calico') {
              const back = renderPolicy(after.policies.policies[0] as PolicyModel, 'kubernetes', { podsOnly: true });
              const returned = alone(objects, policy, 'objects' in back ? back.objects : [])[1];
              expect(verdicts(returned, withRules)).toEqual(verdicts(before, withRules));
              count('back written');
            }
            const again = renderPolicy(after.policies.policies[0] as PolicyModel, target, options);
            // A tier that was written beside the policy stands by itself from then on.
            expect('objects' in again ? again.objects.at(-1) : again.reasons).toEqual(rendered.objects.at(-1));
          }
        }
      }),
      { numRuns: 50 },
    );
    const written = (text: string) => counts.get(`${text} written`) ?? 0;
    const share = (text: string) => written(text) / (written(text) + (counts.get(`${text} refused`) ?? 0));
    expect(share('own')).toBeGreaterThan(0.9);
    expect(share('calico')).toBeGreaterThan(0.8);
    expect(share('cluster')).toBeGreaterThan(0.25);
    expect(written('back')).toBeGreaterThan(10);
  });
});

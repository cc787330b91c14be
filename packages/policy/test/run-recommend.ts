import type { Inventory, MergedEdge } from '@margay/model';
import { recommend } from '../src/recommend/recommend.ts';
import type { RecommendInput } from '../src/recommend/types.ts';
import { serviceOf, type WorkloadSpec } from './fixtures.ts';

export const front: WorkloadSpec = { name: 'frontend' };
export const cart: WorkloadSpec = { name: 'cart' };
export const coredns: WorkloadSpec = { namespace: 'kube-system', name: 'coredns', labels: { 'k8s-app': 'kube-dns' } };
export const kubeDns = (target = 53) =>
  serviceOf(
    'kube-system',
    'kube-dns',
    [
      ['UDP', 53, target],
      ['TCP', 53, target],
    ],
    { 'k8s-app': 'kube-dns' },
  );

export const run = (inventory: Inventory, edges: readonly MergedEdge[], more: Partial<RecommendInput> = {}) =>
  recommend({ inventory, edges, fromMs: 0, toMs: 3_600_000, lostFlows: 0, ...more });
export const runFor = (
  name: string,
  inventory: Inventory,
  edges: readonly MergedEdge[],
  more: Partial<RecommendInput> = {},
) => {
  const found = run(inventory, edges, more).find(({ workloads }) => workloads.some((one) => one.name === name));
  if (found === undefined) throw new Error(`no recommendation for ${name}`);
  return found;
};
export const sentences = (recommendation: { rules: readonly { direction: string; sentence: string }[] }) =>
  recommendation.rules.map(({ direction, sentence }) => `${direction}: ${sentence}`);
export const inNamespace = (name: string, podLabels: Record<string, string>) => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
  podSelector: { matchLabels: podLabels },
});

import type { PolicyModel } from '../model/policy.ts';
import { parseManifests } from '../parse/parse-manifests.ts';
import { collectReasons, type Reason, type Reasons } from './reason.ts';
import { renderYaml } from './render-yaml.ts';
import { toCalico } from './to-calico.ts';
import { type ClusterOptions, toCluster } from './to-cluster.ts';
import { type KubernetesOptions, toKubernetes } from './to-kubernetes.ts';

/** networking.k8s.io NetworkPolicy, Calico's kinds, or policy.networking.k8s.io ClusterNetworkPolicy. */
export type RenderTarget = 'kubernetes' | 'calico' | 'cluster';
/** Each option gives up something, or says that it is not there: see the kinds. */
export type RenderOptions = KubernetesOptions & ClusterOptions;
export type Rendered =
  | { readonly objects: readonly object[]; readonly yaml: string }
  /** What the target has no words for; never empty. */
  | { readonly reasons: readonly Reason[] };

/**
 * Writes a policy as one of a kind, so that reading it again means the same: the same verdicts, and where the kind stays the same, the same rule
 * numbers. What the kind cannot say is refused, never approximated.
 */
export function renderPolicy(policy: PolicyModel, target: RenderTarget, options: RenderOptions = {}): Rendered {
  const reasons = collectReasons();
  const objects = write(policy, target, options, reasons);
  if (objects === null || reasons.all.length > 0) return { reasons: reasons.all };
  const yaml = objects.map(renderYaml).join('---\n');
  const { problems } = parseManifests([{ file: 'rendered.yaml', text: yaml }], { mode: 'strict', assumeMissing: true });
  for (const { path, message, allowed, severity } of problems)
    if (severity !== 'warning') reasons.at(path)(message, allowed);
  return reasons.all.length > 0 ? { reasons: reasons.all } : { objects, yaml };
}

function write(policy: PolicyModel, target: RenderTarget, options: RenderOptions, reasons: Reasons): object[] | null {
  const { name, namespace, staged } = policy;
  const metadata = namespace === '' ? { name } : { name, namespace };
  switch (target) {
    case 'kubernetes': {
      const spec = isDelete(policy) ? {} : toKubernetes(policy, options, reasons);
      if (!staged) return [{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec }];
      return [
        {
          apiVersion: stagedVersion(policy),
          kind: 'StagedKubernetesNetworkPolicy',
          metadata,
          spec: { ...spec, ...stagedFields(policy) },
        },
      ];
    }
    case 'calico':
      return writeCalico(policy, metadata, reasons);
    case 'cluster': {
      if (staged) return reasons.at('spec.stagedAction')('a staged policy', 'render what it would be once enforced');
      const spec = toCluster(policy, options, reasons);
      return [
        { apiVersion: 'policy.networking.k8s.io/v1alpha2', kind: 'ClusterNetworkPolicy', metadata: { name }, spec },
      ];
    }
  }
}

/** Policies of the admin kinds need a tier to stand in: theirs are not Calico's to write into. */
const ADMIN_TIERS: Readonly<Record<string, { readonly name: string; readonly order: number }>> = {
  adminnetworkpolicy: { name: 'margay-admin', order: 1000 },
  'kube-admin': { name: 'margay-admin', order: 1000 },
  baselineadminnetworkpolicy: { name: 'margay-baseline', order: 10_000_000 },
  'kube-baseline': { name: 'margay-baseline', order: 10_000_000 },
};

function writeCalico(policy: PolicyModel, metadata: object, reasons: Reasons): object[] {
  const admin = ADMIN_TIERS[policy.tier];
  const tier = admin?.name ?? policy.tier;
  const spec = isDelete(policy) ? (tier === 'default' ? {} : { tier }) : toCalico(policy, tier, reasons);
  const kind = policy.namespace === '' ? 'GlobalNetworkPolicy' : 'NetworkPolicy';
  const apiVersion = policy.staged ? stagedVersion(policy) : CALICO;
  const written = {
    apiVersion,
    kind: policy.staged ? `Staged${kind}` : kind,
    metadata,
    spec: policy.staged ? { ...spec, ...stagedFields(policy) } : spec,
  };
  if (admin === undefined) return [written];
  const tierSpec = { order: admin.order, defaultAction: 'Pass' };
  return [{ apiVersion: CALICO, kind: 'Tier', metadata: { name: admin.name }, spec: tierSpec }, written];
}

const CALICO = 'projectcalico.org/v3';
const isDelete = ({ stagedAction }: PolicyModel) => stagedAction === 'Delete';
const stagedVersion = ({ stagedIn }: PolicyModel) => (stagedIn === 'margay' ? 'policy.margay.dev/v1' : CALICO);
const stagedFields = ({ stagedAction }: PolicyModel) =>
  stagedAction === null || stagedAction === 'Set' ? {} : { stagedAction };

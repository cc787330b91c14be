import type { PolicyModel } from '../model/policy.ts';
import type { Fields } from '../parse/place.ts';
import { readStagedAction } from './calico-policy.ts';
import { readKubernetesSpec } from './kubernetes-network-policy.ts';
import { type PolicyContext, sourceOf } from './policy-context.ts';

/** StagedKubernetesNetworkPolicy: nobody fills in its policyTypes, so egress rules without the type Egress are ignored. */
export function readStagedKubernetesPolicy(context: PolicyContext, stagedIn: 'calico' | 'margay'): PolicyModel {
  const { object, namespace, spec } = context;
  const fields = (typeof object.body.spec === 'object' && object.body.spec !== null ? object.body.spec : {}) as Fields;
  return {
    kind: 'StagedKubernetesNetworkPolicy',
    namespace,
    name: object.name,
    uid: object.uid,
    tier: 'default',
    order: 1000,
    staged: true,
    stagedIn,
    stagedAction: readStagedAction(fields, spec, stagedIn),
    governsPods: true,
    applyOnForward: false,
    ...readKubernetesSpec(context, { fillsTypes: false, more: ['stagedAction'] }),
    source: sourceOf(object),
  };
}

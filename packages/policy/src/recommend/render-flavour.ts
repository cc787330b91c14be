import { hash64 } from '@margay/model';
import type { PolicyModel } from '../model/policy.ts';
import { parseManifests } from '../parse/parse-manifests.ts';
import { type Rendered, type RenderOptions, renderPolicy } from '../render/render-policy.ts';
import type { Recommendation } from './types.ts';

/** networking.k8s.io NetworkPolicy, projectcalico.org NetworkPolicy, or policy.networking.k8s.io ClusterNetworkPolicy at the Baseline level. */
export const FLAVOURS = ['kubernetes', 'calico', 'cluster'] as const;
export type Flavour = (typeof FLAVOURS)[number];

export interface FlavourOptions extends RenderOptions {
  /** Flavours that the cluster enforces; all where absent. */
  readonly supported?: readonly Flavour[];
}

/**
 * A recommendation as objects of a flavour that mean what its NetworkPolicy means, or the reasons why there are none: the cluster does not enforce
 * the kind, or the kind lacks words. ClusterNetworkPolicy cannot speak of traffic from outside: `insideOnly` gives up on that.
 */
export function renderFlavour(
  recommendation: Pick<Recommendation, 'policy' | 'refusal'>,
  flavour: Flavour,
  { supported = FLAVOURS, ...options }: FlavourOptions = {},
): Rendered {
  const { policy, refusal } = recommendation;
  if (policy === null) return refused(refusal ?? 'there is no policy', 'wait until traffic was seen');
  if (!supported.includes(flavour))
    return refused(`${KINDS[flavour]}, which this cluster does not enforce`, 'another flavour');
  const [model] = parseManifests([{ file: 'recommended.json', text: JSON.stringify(policy) }], READ).policies.policies;
  if (model === undefined) return refused('a policy that cannot be read again', 'report this');
  if (flavour !== 'cluster') return renderPolicy(model, flavour, options);
  return renderPolicy({ ...model, name: clusterName(model) }, flavour, { level: 'Baseline', ...options });
}

const READ = { mode: 'strict', assumeMissing: true } as const;
const KINDS = { kubernetes: 'NetworkPolicy', calico: 'Calico NetworkPolicy', cluster: 'ClusterNetworkPolicy' } as const;

const refused = (message: string, advice: string): Rendered => ({ reasons: [{ path: 'spec', message, advice }] });

/** Without a namespace of its own, its name says the one that it is for. A hash tells `a-b/c` from `a/b-c`. */
function clusterName({ name, namespace }: PolicyModel): string {
  const NAME_LENGTH_MAX = 63;
  const hash = hash64(JSON.stringify([namespace, name])).slice(0, 8);
  const words = `margay-${namespace}-${name.replace(/^margay-/, '')}`.slice(0, NAME_LENGTH_MAX - hash.length - 1);
  return `${words.replace(/[-.]+$/, '')}-${hash}`;
}

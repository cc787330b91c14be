import type { PolicyModel } from '../model/policy.ts';
import { readAdminNetworkPolicy, readBaselineAdminNetworkPolicy, readClusterNetworkPolicy } from './admin-policy.ts';
import { readCalicoPolicy } from './calico-policy.ts';
import { readKubernetesNetworkPolicy } from './kubernetes-network-policy.ts';
import type { PolicyContext } from './policy-context.ts';
import { readStagedKubernetesPolicy } from './staged-kubernetes-policy.ts';

type Reader = (context: PolicyContext) => PolicyModel | null;

const calico = (stagedIn: 'calico' | 'margay'): Record<string, Reader> => ({
  StagedNetworkPolicy: (one) => readCalicoPolicy(one, { kind: 'StagedNetworkPolicy', global: false, stagedIn }),
  StagedGlobalNetworkPolicy: (one) =>
    readCalicoPolicy(one, { kind: 'StagedGlobalNetworkPolicy', global: true, stagedIn }),
  StagedKubernetesNetworkPolicy: (one) => readStagedKubernetesPolicy(one, stagedIn),
});
const CALICO: Record<string, Reader> = {
  NetworkPolicy: (one) => readCalicoPolicy(one, { kind: 'NetworkPolicy', global: false, stagedIn: null }),
  GlobalNetworkPolicy: (one) => readCalicoPolicy(one, { kind: 'GlobalNetworkPolicy', global: true, stagedIn: null }),
  ...calico('calico'),
};

/** Policy kinds by API version; the same version serves other kinds as well, which are none. */
const READERS: Readonly<Record<string, Readonly<Record<string, Reader>>>> = {
  'networking.k8s.io/v1': { NetworkPolicy: readKubernetesNetworkPolicy },
  'policy.networking.k8s.io/v1alpha1': {
    AdminNetworkPolicy: readAdminNetworkPolicy,
    BaselineAdminNetworkPolicy: readBaselineAdminNetworkPolicy,
  },
  'policy.networking.k8s.io/v1alpha2': { ClusterNetworkPolicy: readClusterNetworkPolicy },
  'projectcalico.org/v3': CALICO,
  'crd.projectcalico.org/v1': CALICO,
  'policy.margay.dev/v1': calico('margay'),
};

/** How to read a policy object; null: it is none. */
export function policyReader({ apiVersion, kind }: { apiVersion: string; kind: string }): Reader | null {
  const kinds = Object.hasOwn(READERS, apiVersion) ? READERS[apiVersion] : undefined;
  return kinds !== undefined && Object.hasOwn(kinds, kind) ? (kinds[kind] ?? null) : null;
}

/** The API versions that do have this policy kind, within the object's group: what somebody meant who wrote another one. */
export function versionsOf({ apiVersion, kind }: { apiVersion: string; kind: string }): string[] {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const isOld = group === 'extensions' && kind === 'NetworkPolicy';
  return Object.keys(READERS).filter(
    (version) =>
      Object.hasOwn(READERS[version] ?? {}, kind) &&
      (version.startsWith(`${group}/`) || (isOld && version.startsWith('networking.k8s.io/'))),
  );
}

/** Whether some version has a policy of this kind. */
export const isPolicyKind = (kind: string) => Object.values(READERS).some((kinds) => Object.hasOwn(kinds, kind));

const CLUSTER_WIDE = ['GlobalNetworkPolicy', 'StagedGlobalNetworkPolicy', 'ClusterNetworkPolicy'];

/** Whether an object of this policy kind lives in a namespace. */
export const isNamespacedPolicy = (kind: string) =>
  !CLUSTER_WIDE.includes(kind) && kind !== 'AdminNetworkPolicy' && kind !== 'BaselineAdminNetworkPolicy';

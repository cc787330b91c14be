/** `KubernetesNetworkPolicy shop/db`. */
export const policyName = ({ kind, namespace, name }: { kind: string; namespace: string; name: string }) =>
  `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;

import type { Inventory } from '@margay/model';

/** By `namespace/name` of a Service: {@link peerKey}s of the workloads whose pods its endpoint slices name. */
export function backendsOf({
  endpointSlices,
  pods,
}: Pick<Inventory, 'endpointSlices' | 'pods'>): ReadonlyMap<string, ReadonlySet<string>> {
  const owners = new Map(
    pods.map((pod) => [`${pod.namespace}/${pod.name}`, `workload/${pod.namespace}/${pod.ownerKind}/${pod.ownerName}`]),
  );
  const backends = new Map<string, Set<string>>();
  for (const { namespace, service, endpoints } of endpointSlices) {
    const key = `${namespace}/${service}`;
    const workloads = backends.get(key) ?? new Set<string>();
    for (const { pod } of endpoints) {
      const owner = pod === null ? undefined : owners.get(`${namespace}/${pod}`);
      if (owner !== undefined) workloads.add(owner);
    }
    if (workloads.size > 0) backends.set(key, workloads);
  }
  return backends;
}

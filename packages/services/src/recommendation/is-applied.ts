import type { InventoryPolicy } from '@margay/model';

export interface Candidate {
  readonly namespace: string;
  /** A NetworkPolicy object as recommended. */
  readonly policy: unknown;
}

/** Whether an object of the candidate's name with just its spec is in the cluster. */
export function isApplied({ namespace, policy }: Candidate, policies: readonly InventoryPolicy[]): boolean {
  const { metadata, spec } = (policy ?? {}) as { metadata?: { name?: string }; spec?: unknown };
  if (metadata?.name === undefined) return false;
  const live = policies.find(
    ({ kind, namespace: where, name }) => kind === 'NetworkPolicy' && where === namespace && name === metadata.name,
  );
  return live !== undefined && canonical(live.spec) === canonical(spec);
}

/** One text for specs that mean the same to the API server: it sorts no keys, drops empty lists and sets a port's protocol to TCP (Kubernetes API reference, NetworkPolicyPort). */
function canonical(spec: unknown): string {
  return JSON.stringify(normalise(spec, ''));
}

function normalise(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return value.map((item) => normalise(key === 'ports' ? withProtocol(item) : item, ''));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined && item !== null && !(Array.isArray(item) && item.length === 0))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, item]) => [name, normalise(item, name)]),
  );
}

function withProtocol(port: unknown): unknown {
  return typeof port === 'object' && port !== null ? { protocol: 'TCP', ...port } : port;
}

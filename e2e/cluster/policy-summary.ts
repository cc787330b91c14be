interface PolicyPeer {
  readonly namespaceSelector?: { readonly matchLabels: Record<string, string> };
  readonly podSelector?: { readonly matchLabels: Record<string, string> };
  readonly ipBlock?: { readonly cidr: string };
}
interface Rule {
  readonly from?: readonly PolicyPeer[];
  readonly to?: readonly PolicyPeer[];
  readonly ports: readonly { readonly protocol: string; readonly port: number | string }[];
}
interface Policy {
  readonly spec: {
    readonly podSelector: { readonly matchLabels: Record<string, string> };
    readonly policyTypes: readonly string[];
    readonly ingress: readonly Rule[];
    readonly egress: readonly Rule[];
  };
}

/** A NetworkPolicy in words short enough to compare: `shop app=api track=stable`, `TCP 8080`. */
export function summarisePolicy(policy: unknown) {
  const { podSelector, policyTypes, ingress, egress } = (policy as Policy).spec;
  return {
    selects: labelsText(podSelector.matchLabels),
    types: [...policyTypes].sort().join(' '),
    ingress: ingress.map(({ from, ports }) => ({ from: peersText(from), ports: portsText(ports) })),
    egress: egress.map(({ to, ports }) => ({ to: peersText(to), ports: portsText(ports) })),
  };
}

/** A rule without peers lets everybody through: it must not look like one with none. */
const peersText = (peers: Rule['to']): string[] => peers?.map(peerText).sort() ?? ['ANYBODY'];

function peerText({ namespaceSelector, podSelector, ipBlock }: PolicyPeer): string {
  if (ipBlock) return ipBlock.cidr;
  const namespace = namespaceSelector?.matchLabels['kubernetes.io/metadata.name'] ?? '(own namespace)';
  return `${namespace} ${podSelector ? labelsText(podSelector.matchLabels) : '(all pods)'}`;
}

const portsText = (ports: Rule['ports']): string[] => ports.map(({ protocol, port }) => `${protocol} ${port}`);

const labelsText = (labels: Record<string, string>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(' ');

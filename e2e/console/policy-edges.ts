import type { LabDescription } from '../lab.ts';
import { type LabObject, listOfLab } from './lab-api.ts';

interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly { key: string; operator: string; values?: readonly string[] }[];
}
interface PolicyPeer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string };
}
interface PolicyRule {
  readonly ports?: readonly { readonly protocol?: string; readonly port?: number | string }[];
  readonly to?: readonly PolicyPeer[];
  readonly from?: readonly PolicyPeer[];
}
export interface DownloadedPolicy {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly podSelector: LabelSelector;
    readonly ingress?: readonly PolicyRule[];
    readonly egress?: readonly PolicyRule[];
  };
}

/**
 * What a policy's rules mean in the lab that runs: `boutique/Deployment/cartservice TCP/7070`, one text for each peer and port, sorted. The lab's own API
 * server resolves the selectors. A rule without peers or ports is `any`, so that it never equals a true edge.
 */
export async function meaningOf(
  lab: LabDescription,
  policy: DownloadedPolicy,
  direction: 'ingress' | 'egress',
): Promise<string[]> {
  const texts = new Set<string>();
  for (const rule of policy.spec[direction] ?? []) {
    const peers = direction === 'ingress' ? rule.from : rule.to;
    const ends = peers ? (await Promise.all(peers.map((peer) => endsOf(lab, policy, peer)))).flat() : ['any'];
    const ports = rule.ports?.map(({ protocol = 'TCP', port = 'any' }) => `${protocol}/${port}`) ?? ['any'];
    for (const end of ends) for (const port of ports) texts.add(`${end} ${port}`);
  }
  return [...texts].sort();
}

/** The workloads that a policy selects: `boutique/Deployment/checkoutservice`. */
export async function selectedBy(lab: LabDescription, { metadata, spec }: DownloadedPolicy): Promise<string[]> {
  return workloadsOf(await podsOf(lab, metadata.namespace, spec.podSelector));
}

async function endsOf(lab: LabDescription, policy: DownloadedPolicy, peer: PolicyPeer): Promise<string[]> {
  if (peer.ipBlock) {
    const address = peer.ipBlock.cidr.replace(/\/(32|128)$/, '');
    return [Object.values(lab.nodeAddresses).includes(address) ? `node ${lab.nodeName}` : address];
  }
  const namespaces = peer.namespaceSelector
    ? (await listOfLab(lab, '/api/v1/namespaces', selectorText(peer.namespaceSelector))).map(
        ({ metadata }) => metadata.name,
      )
    : [policy.metadata.namespace];
  const pods = await Promise.all(namespaces.map((namespace) => podsOf(lab, namespace, peer.podSelector ?? {})));
  const ends = workloadsOf(pods.flat());
  return ends.length > 0 ? ends : [`nobody: ${JSON.stringify(peer)}`];
}

function podsOf(lab: LabDescription, namespace: string, selector: LabelSelector): Promise<LabObject[]> {
  return listOfLab(lab, `/api/v1/namespaces/${namespace}/pods`, selectorText(selector));
}

function workloadsOf(pods: readonly LabObject[]): string[] {
  return [...new Set(pods.map(workloadOf))].sort();
}

function workloadOf({ metadata }: LabObject): string {
  const [owner] = metadata.ownerReferences;
  const hash = metadata.labels['pod-template-hash'];
  if (owner?.kind === 'ReplicaSet' && hash)
    return `${metadata.namespace}/Deployment/${owner.name.slice(0, -hash.length - 1)}`;
  return `${metadata.namespace}/${owner?.kind ?? 'Pod'}/${owner?.name ?? metadata.name}`;
}

/** The grammar of `kubectl get -l`. */
function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const terms = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  for (const { key, operator, values = [] } of matchExpressions) {
    if (operator === 'Exists') terms.push(key);
    else if (operator === 'DoesNotExist') terms.push(`!${key}`);
    else terms.push(`${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`);
  }
  return terms.join(',');
}

import type { Kubectl, KubeObject } from './kubectl.ts';

/** What a program of the application wrote of itself; see `app/workload.mjs`. */
interface Ledger {
  readonly made: Record<string, number>;
  readonly failed: Record<string, number>;
  readonly accepted: Record<string, number>;
  readonly done: boolean;
}

export interface LedgerBook {
  /** Edge as text, as `console/edges.ts` writes those of the console → connections. */
  readonly edges: ReadonlyMap<string, number>;
  /** Pods that have connections still to make. */
  readonly busy: readonly string[];
  readonly failed: readonly string[];
}

const NUMBERS: Record<string, number> = { tcp: 6, udp: 17 };

/**
 * Reads every pod's ledger in some namespaces and names both ends of each connection by what Kubernetes says, not Margay: a pod's owners
 * by their references, an address by the pod or node that has it. Who was outside is named by address.
 *
 * @param outsideCall name of the calls whose other end keeps no ledger.
 */
export async function readLedgers(
  kubectl: Kubectl,
  namespaces: readonly string[],
  outsideCall: string,
): Promise<LedgerBook> {
  const [pods, sets, jobs, nodes] = await Promise.all(
    ['pods', 'replicasets', 'jobs', 'nodes'].map((resource) => kubectl.list(resource)),
  );
  const own = (pods ?? []).filter(({ metadata }) => namespaces.includes(metadata.namespace ?? ''));
  const owners = [...(sets ?? []), ...(jobs ?? [])];
  const nameOf = addressBook(pods ?? [], nodes ?? [], (pod) => workloadOf(pod, owners));
  const edges = new Map<string, number>();
  const busy: string[] = [];
  const failed: string[] = [];
  const add = (source: string, destination: string, protocol: string, port: string, count: number) => {
    const text = `${source} → ${destination} ${NUMBERS[protocol]}/${port}`;
    edges.set(text, (edges.get(text) ?? 0) + count);
  };
  for (const [pod, ledger] of await Promise.all(own.map(async (pod) => [pod, await ledgerOf(kubectl, pod)] as const))) {
    const self = pod.spec.hostNetwork ? `node ${pod.spec.nodeName}` : workloadOf(pod, owners);
    if (!ledger.done) busy.push(pod.metadata.name);
    failed.push(...Object.keys(ledger.failed).map((key) => `${self}: ${key}`));
    for (const [key, count] of Object.entries(ledger.accepted)) {
      const [protocol = '', port = '', address = ''] = key.split(' ');
      add(nameOf(address), self, protocol, port, count);
    }
    for (const [key, count] of Object.entries(ledger.made)) {
      const [call, protocol = '', port = '', address = ''] = key.split(' ');
      if (call === outsideCall) add(self, nameOf(address), protocol, port, count);
    }
  }
  return { edges, busy, failed };
}

async function ledgerOf(kubectl: Kubectl, { metadata }: KubeObject): Promise<Ledger> {
  const log = await kubectl.run(['-n', metadata.namespace ?? '', 'logs', metadata.name, '--tail=1']).catch(() => '');
  return log.trim() === '' ? { made: {}, failed: {}, accepted: {}, done: false } : (JSON.parse(log) as Ledger);
}

/** The controller of a pod's controller, where there is one. */
export function workloadOf({ metadata }: KubeObject, owners: readonly KubeObject[]): string {
  const controller = metadata.ownerReferences?.find((reference) => reference.controller);
  const above = owners
    .find(
      (object) =>
        object.metadata.namespace === metadata.namespace &&
        object.metadata.name === controller?.name &&
        object.kind === controller.kind,
    )
    ?.metadata.ownerReferences?.find((reference) => reference.controller);
  const owner = above ?? controller ?? { kind: 'Pod', name: metadata.name };
  return `${metadata.namespace}/${owner.kind}/${owner.name}`;
}

/** A node has its own addresses, and the one in its pods' range by which its pods know it. */
function addressBook(
  pods: readonly KubeObject[],
  nodes: readonly KubeObject[],
  nameOfPod: (pod: KubeObject) => string,
): (address: string) => string {
  const names = new Map<string, string>();
  for (const { metadata, spec, status } of nodes) {
    for (const { address } of (status.addresses ?? []) as { address: string }[])
      names.set(address, `node ${metadata.name}`);
    if (typeof spec.podCIDR === 'string') names.set(spec.podCIDR.replace(/0\/\d+$/, '1'), `node ${metadata.name}`);
  }
  for (const pod of pods) {
    if (pod.spec.hostNetwork || typeof pod.status.podIP !== 'string') continue;
    names.set(pod.status.podIP, nameOfPod(pod));
  }
  return (address) => names.get(address) ?? address;
}

import { type Inventory, type InventoryPod, type MergedEdge, type Peer, protocolName } from '@margay/model';
import { parseNet } from '../src/address/address-range.ts';
import { addressEnd, familyOf, podEnd, rangesEnd } from '../src/engine/ends.ts';
import { evaluate } from '../src/engine/evaluate.ts';
import { modelInventory } from '../src/inventory/model-inventory.ts';
import type { NetworkPolicy } from '../src/kubernetes.ts';
import type { ClusterModel } from '../src/model/cluster.ts';
import type { End, Packet } from '../src/model/packet.ts';
import type { PolicySet } from '../src/model/policy.ts';
import { parseManifests } from '../src/parse/parse-manifests.ts';

const clusters = new WeakMap<Inventory, ClusterModel>();

function clusterOf(inventory: Inventory): ClusterModel {
  const cluster = clusters.get(inventory) ?? modelInventory(inventory).cluster;
  clusters.set(inventory, cluster);
  return cluster;
}

/**
 * The connections that an observed edge stands for now: every current pod of its ends, every address of its nodes, every backend of its Service.
 * Written from the specification, not with the recommender's own code. Null: no NetworkPolicy can be asked to let it through.
 */
export function connectionsOf(inventory: Inventory, edge: MergedEdge): Packet[] | null {
  if (edge.action === 'deny' || ![6, 17, 132].includes(edge.protocol) || edge.port === 0) return null;
  const sources = endsOf(inventory, edge.src);
  const targets = targetsOf(inventory, edge);
  if (sources.length === 0 || targets.length === 0) return null;
  const { protocol } = edge;
  return sources.flatMap((src) =>
    targets.map(({ dst, port }) => ({
      src,
      dst,
      family: familyOf(src, dst),
      protocol,
      srcPort: null,
      dstPort: port,
      icmp: null,
    })),
  );
}

/** Whether all of them pass. */
export function passes(inventory: Inventory, policies: PolicySet, connections: readonly Packet[]): boolean {
  return connections.every((packet) => evaluate(clusterOf(inventory), policies, packet).verdict === 'allow');
}

export function parsePolicies(policies: readonly NetworkPolicy[]): PolicySet {
  const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: policies });
  const parsed = parseManifests([{ file: 'recommended', text }], { mode: 'strict', assumeMissing: true });
  if (parsed.problems.length > 0) throw new Error(`not a policy: ${JSON.stringify(parsed.problems)}`);
  return parsed.policies;
}

function endsOf(inventory: Inventory, peer: Peer): End[] {
  const cluster = clusterOf(inventory);
  switch (peer.kind) {
    case 'workload':
      return inventory.pods
        .filter(
          (pod) => pod.namespace === peer.namespace && pod.ownerKind === peer.ownerKind && pod.ownerName === peer.name,
        )
        .map((pod) => endOfPod(cluster, pod));
    case 'node': {
      const addresses = inventory.nodes.find(({ name }) => name === peer.name)?.addresses ?? [];
      return addresses
        .map((address) => addressEnd(cluster, address))
        .filter((end) => end?.ranges[0]?.family === 4) as End[];
    }
    case 'external':
      return [addressEnd(cluster, peer.address)].filter((end) => end !== null);
    case 'cidr':
      return [
        rangesEnd(
          cluster,
          [parseNet(peer.cidr)].filter((range) => range !== null),
        ),
      ];
    default:
      return [];
  }
}

function endOfPod(cluster: ClusterModel, { namespace, name }: InventoryPod): End {
  const pod = cluster.lookup.pod(namespace, name);
  if (pod === undefined) throw new Error(`no pod ${namespace}/${name}`);
  return podEnd(cluster, pod);
}

function targetsOf(inventory: Inventory, edge: MergedEdge): { dst: End; port: number }[] {
  const { dst, port } = edge;
  if (dst.kind !== 'service') return endsOf(inventory, dst).map((end) => ({ dst: end, port }));
  const service = inventory.services.find(({ namespace, name }) => namespace === dst.namespace && name === dst.name);
  const protocol = protocolName(edge.protocol);
  const target = service?.ports.find((one) => one.port === port && one.protocol === protocol)?.targetPort;
  if (service?.selector === undefined || service.selector === null || target === undefined) return [];
  const wanted = Object.entries(service.selector);
  return inventory.pods
    .filter((pod) => pod.namespace === dst.namespace && wanted.every(([key, value]) => pod.labels[key] === value))
    .flatMap((pod) => {
      const named = pod.ports.find((one) => one.name === target && one.protocol === protocol)?.port;
      const number = typeof target === 'number' ? target : named;
      return number === undefined ? [] : [{ dst: endOfPod(clusterOf(inventory), pod), port: number }];
    });
}

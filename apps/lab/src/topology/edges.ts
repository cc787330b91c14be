import { isIP } from 'node:net';
import { icmpPort } from '@margay/model';
import { ADDRESSES, INTERNET_NAMES } from '../network/addresses.ts';
import type { CallBlueprint } from './blueprint.ts';
import { exposedWorkloads } from './outside.ts';
import { callsOf, DNS_HEALTH_PORT, type Plan, type Workload, workloadOf } from './plan.ts';

export type EdgeEnd =
  | {
      readonly kind: 'workload';
      readonly role: string;
      readonly namespace: string;
      readonly ownerKind: string;
      readonly name: string;
    }
  | { readonly kind: 'node'; readonly name: string }
  | { readonly kind: 'external'; readonly address: string };

/** A true edge of the running topology. The port is the destination's own (target port), or ICMP type and code. */
export interface ExpectedEdge {
  readonly source: EdgeEnd;
  readonly destination: EdgeEnd;
  /** IANA number: 6, 17, 1. */
  readonly protocol: number;
  readonly port: number;
  readonly family: 4 | 6;
  /** The Service that the source dials, where it dials one with an address of its own. */
  readonly service: { readonly namespace: string; readonly name: string } | null;
}

const TCP = 6;
const UDP = 17;
const ICMP = 1;
const KUBERNETES = { namespace: 'default', name: 'kubernetes' };
const KUBE_DNS = { namespace: 'kube-system', name: 'kube-dns' };

/** Every edge that the topology makes, and no other: calls, names looked up, probes, the way in from outside, the API. Traffic that stays on the node (host network to host network) is no edge. */
export function expectedEdges(plan: Plan, nodeName: string): ExpectedEdge[] {
  const builder = new EdgeBuilder(plan, nodeName);
  for (const workload of plan.workloads) {
    for (const call of callsOf(workload)) builder.addCall(workload, call);
    builder.addProbe(workload);
  }
  builder.addDns();
  if (plan.apps.includes('prober')) builder.addProber();
  for (const workload of exposedWorkloads(plan)) builder.addOutsideClient(workload);
  return builder.edges();
}

class EdgeBuilder {
  readonly #plan: Plan;
  readonly #node: EdgeEnd;
  readonly #edges = new Map<string, ExpectedEdge>();
  readonly #lookups = new Set<Workload>();
  #asksUpstream = false;

  constructor(plan: Plan, nodeName: string) {
    this.#plan = plan;
    this.#node = { kind: 'node', name: nodeName };
  }

  edges(): ExpectedEdge[] {
    return [...this.#edges.values()];
  }

  addCall(caller: Workload, call: CallBlueprint): void {
    const source = this.#endOf(caller);
    const protocol = call.kind === 'datagram' ? UDP : call.kind === 'ping' ? ICMP : TCP;
    const family = call.family ?? 4;
    if (call.role !== undefined) {
      const target = workloadOf(this.#plan, call.role);
      this.#lookups.add(caller);
      const service = target.service?.headless ? null : { namespace: target.namespace, name: target.name };
      this.#add({
        source,
        destination: this.#endOf(target),
        protocol,
        port: target.listen?.port ?? 0,
        family,
        service,
      });
      return;
    }
    if (call.host === 'node') {
      const port = workloadOf(this.#plan, 'monitoring/node-exporter').listen?.port ?? 0;
      this.#add({ source, destination: this.#node, protocol, port, family, service: null });
      return;
    }
    const host = call.host ?? '';
    if (!isIP(host)) {
      this.#lookups.add(caller);
      this.#asksUpstream = true;
    }
    const address = isIP(host) ? host : (INTERNET_NAMES[host]?.find((a) => isIP(a) === family) ?? host);
    const port = call.kind === 'ping' ? icmpPort(8, 0) : (call.port ?? 0);
    this.#add({ source, destination: { kind: 'external', address }, protocol, port, family, service: null });
  }

  addProbe(workload: Workload): void {
    const port = workload.program === 'dns' ? DNS_HEALTH_PORT : workload.probe ? workload.listen?.port : undefined;
    if (port === undefined || workload.hostNetwork) return;
    this.#add({
      source: this.#node,
      destination: this.#endOf(workload),
      protocol: TCP,
      port,
      family: 4,
      service: null,
    });
  }

  addDns(): void {
    const coredns = this.#endOf(workloadOf(this.#plan, 'kube-system/coredns'));
    this.#addApi(coredns);
    for (const workload of this.#lookups)
      this.#add({
        source: this.#endOf(workload),
        destination: coredns,
        protocol: UDP,
        port: this.#plan.dnsPort,
        family: 4,
        service: KUBE_DNS,
      });
    if (this.#asksUpstream)
      this.#add({
        source: coredns,
        destination: external(ADDRESSES.internet.resolver),
        protocol: UDP,
        port: 53,
        family: 4,
        service: null,
      });
  }

  addProber(): void {
    const source = this.#endOf(workloadOf(this.#plan, 'web-demo/prober'));
    const coredns = this.#endOf(workloadOf(this.#plan, 'kube-system/coredns'));
    const outside = { source, family: 4, service: null } as const;
    this.#addApi(source);
    this.#add({ ...outside, destination: coredns, protocol: UDP, port: this.#plan.dnsPort, service: KUBE_DNS });
    this.#add({ ...outside, destination: external(ADDRESSES.internet.web.ipv4), protocol: TCP, port: 80 });
    this.#add({ ...outside, destination: external(ADDRESSES.internet.resolver), protocol: UDP, port: 53 });
  }

  addOutsideClient(workload: Workload): void {
    const { nodePort } = workload.service ?? {};
    const source = nodePort?.policy === 'Local' ? external(ADDRESSES.internet.client) : this.#node;
    this.#add({
      source,
      destination: this.#endOf(workload),
      protocol: TCP,
      port: workload.listen?.port ?? 0,
      family: 4,
      service: null,
    });
  }

  #addApi(source: EdgeEnd): void {
    this.#add({
      source,
      destination: this.#node,
      protocol: TCP,
      port: ADDRESSES.apiPort,
      family: 4,
      service: KUBERNETES,
    });
  }

  #endOf(workload: Workload): EdgeEnd {
    if (workload.hostNetwork) return this.#node;
    const { role, namespace, kind, name } = workload;
    return { kind: 'workload', role, namespace, ownerKind: kind, name };
  }

  #add(edge: ExpectedEdge): void {
    if (edge.source.kind === 'node' && edge.destination.kind === 'node') return;
    const key = edgeKey(edge);
    const known = this.#edges.get(key);
    if (!known || (known.service === null && edge.service !== null)) this.#edges.set(key, edge);
  }
}

const external = (address: string): EdgeEnd => ({ kind: 'external', address });

/** One text per edge, whatever the Service: `workload/boutique/Deployment/frontend → … TCP 3550`. */
export function edgeKey(edge: Pick<ExpectedEdge, 'source' | 'destination' | 'protocol' | 'port'>): string {
  return `${endKey(edge.source)} → ${endKey(edge.destination)} ${edge.protocol} ${edge.port}`;
}

function endKey(end: EdgeEnd): string {
  switch (end.kind) {
    case 'workload':
      return `workload/${end.namespace}/${end.ownerKind}/${end.name}`;
    case 'node':
      return `node/${end.name}`;
    case 'external':
      return `external/${end.address}`;
  }
}

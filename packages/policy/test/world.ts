import { addressEnd, familyOf, podEnd } from '../src/engine/ends.ts';
import { evaluate } from '../src/engine/evaluate.ts';
import { CALICO_PROTOCOLS } from '../src/kinds/calico-protocol.ts';
import type { ClusterModel } from '../src/model/cluster.ts';
import type { Evaluation, Trace } from '../src/model/evaluation.ts';
import type { End, Packet } from '../src/model/packet.ts';
import type { PolicySet } from '../src/model/policy.ts';
import { type ParseOptions, parseManifests } from '../src/parse/parse-manifests.ts';

export type Manifest = Readonly<Record<string, unknown>>;
const CALICO = 'projectcalico.org/v3';

export const namespace = (name: string, labels: Record<string, string> = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
});
export const account = (name: string, labels: Record<string, string>, ns = 'a'): Manifest => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name, namespace: ns, labels },
});
export interface PodOptions {
  readonly labels?: Record<string, string>;
  readonly ip?: string;
  readonly account?: string;
  /** `http:TCP:80` */
  readonly ports?: readonly string[];
  readonly hostNetwork?: boolean;
  readonly phase?: string;
}
/** `pod('a/web', {ip: '10.0.0.1'})` */
export function pod(
  path: string,
  { labels = {}, ip, account: serviceAccountName, ports = [], hostNetwork, phase }: PodOptions = {},
): Manifest {
  const [ns, name] = path.split('/');
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: ns, labels },
    spec: { serviceAccountName, hostNetwork, containers: [{ ports: ports.map(toPort) }] },
    status: { phase, podIPs: ip === undefined ? [] : [{ ip }] },
  };
}
function toPort(text: string) {
  const [name, protocol, port] = text.split(':');
  return { name, protocol, containerPort: Number(port) };
}
const calico =
  (kind: string) =>
  (name: string, spec: object, ns?: string, labels?: Record<string, string>): Manifest => ({
    apiVersion: CALICO,
    kind,
    metadata: { name, namespace: ns, labels },
    spec,
  });
export const gnp = calico('GlobalNetworkPolicy');
export const np = (name: string, spec: object, ns = 'a') => calico('NetworkPolicy')(name, spec, ns);
export const tier = calico('Tier');
export const globalSet = (name: string, nets: string[], labels = {}) =>
  calico('GlobalNetworkSet')(name, { nets }, undefined, labels);
export const networkSet = (name: string, nets: string[], labels = {}, ns = 'a') =>
  calico('NetworkSet')(name, { nets }, ns, labels);
export const hostEndpoint = (name: string, ips: string[], labels = {}) =>
  calico('HostEndpoint')(name, { node: 'n', expectedIPs: ips }, undefined, labels);
export const staged = (one: Manifest, apiVersion = CALICO): Manifest => ({
  ...one,
  apiVersion,
  kind: `Staged${String(one.kind)}`,
});
export const knp = (name: string, spec: object, ns = 'a'): Manifest => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace: ns },
  spec: { podSelector: {}, ...spec },
});

export interface World {
  readonly cluster: ClusterModel;
  readonly policies: PolicySet;
  /** `ask('a/web', '10.9.9.9', 'TCP 80')`, `'ICMP 8/0'`, `'TCP 80 from 53'` */
  readonly ask: (src: string, dst: string, what: string) => Evaluation;
  readonly packet: (src: string, dst: string, what: string) => Packet;
}

export function world(objects: readonly Manifest[], options: Partial<ParseOptions> = {}): World {
  const text = JSON.stringify(objects);
  const parsed = parseManifests([{ file: 'world.json', text }], { mode: 'strict', assumeMissing: false, ...options });
  if (options.mode !== 'fail-closed' && parsed.problems.length > 0) throw new Error(JSON.stringify(parsed.problems));
  const { cluster, policies } = parsed;
  const packet = (src: string, dst: string, what: string) => packetOf(endOf(cluster, src), endOf(cluster, dst), what);
  return { cluster, policies, packet, ask: (src, dst, what) => evaluate(cluster, policies, packet(src, dst, what)) };
}

function endOf(cluster: ClusterModel, text: string): End {
  const [ns = '', name = ''] = text.split('/');
  const found = cluster.lookup.pod(ns, name);
  const end = found === undefined ? addressEnd(cluster, text) : podEnd(cluster, found);
  if (end === null) throw new Error(`neither pod nor address: ${text}`);
  return end;
}

function packetOf(src: End, dst: End, what: string): Packet {
  const [name = '', number = '', , from] = what.split(' ');
  const protocol = CALICO_PROTOCOLS[name.toLowerCase()] ?? Number(name);
  const [type, code = '0'] = number.split('/');
  const isIcmp = protocol === 1 || protocol === 58;
  return {
    src,
    dst,
    family: familyOf(src, dst),
    protocol,
    srcPort: from === undefined ? 40_000 : Number(from),
    dstPort: isIcmp || number === '' ? null : Number(number),
    icmp: isIcmp ? { type: Number(type), code: Number(code) } : null,
  };
}

/** `default/p#0 allow`, one an entry; `default/- deny` for the end of a tier. */
export function shown(trace: Trace | undefined): string[] {
  return (trace?.entries ?? []).map(({ tier: where, name, rule, action }) =>
    rule === -1 ? `${where}/- ${action}` : `${where}/${name}#${rule} ${action}`,
  );
}

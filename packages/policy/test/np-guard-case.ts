import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { addressEndpoint, type Endpoint, withNameLabel } from '../src/evaluate/endpoint.ts';
import { parseNetworkPolicy } from '../src/parse/parse-network-policy.ts';
import type { ParsedPolicy } from '../src/parse/parsed-policy.ts';

// biome-ignore lint/suspicious/noExplicitAny: Kubernetes manifests of another project, read by field name in this test only
type Manifest = any;

/** The manifests of one np-guard scenario, as endpoints by the names its listing uses (`ns/name[Kind]`) and policies. */
export interface NpGuardCase {
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  readonly policies: readonly ParsedPolicy[];
}
export interface Row {
  readonly src: string;
  readonly dst: string;
  readonly conn: string;
}

export function readCase(folder: string): NpGuardCase {
  const objects = readdirSync(join(folder, 'manifests'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ya?ml|json)$/.test(file))
    .flatMap((file) =>
      parseAllDocuments(readFileSync(join(folder, 'manifests', file), 'utf8')).map((document) => document.toJS()),
    )
    .flatMap(flatten);
  const labelsOf = new Map<string, Record<string, string>>();
  for (const { kind, metadata } of objects)
    if (kind === 'Namespace') labelsOf.set(metadata.name, metadata.labels ?? {});
  const endpoints = new Map<string, Endpoint>();
  for (const object of objects) {
    const workload = workloadOf(object);
    if (workload === null) continue;
    const { name, namespace, template } = workload;
    const namespaceLabels = withNameLabel(namespace, labelsOf.get(namespace) ?? {});
    const pod = { namespace, labels: template.metadata?.labels ?? {}, namespaceLabels, ports: portsOf(template.spec) };
    if (!endpoints.has(name)) endpoints.set(name, { pod, ranges: [] });
  }
  return { endpoints, policies: objects.map(policyOf).filter((policy) => policy !== null) };
}

function flatten(object: Manifest): Manifest[] {
  if (object === null || typeof object !== 'object') return [];
  const kind = String(object.kind ?? '').replace(/List$/, '');
  if (!Array.isArray(object.items)) return [object];
  return object.items.flatMap((item: Manifest) => flatten({ kind, ...item }));
}

function workloadOf(object: Manifest): { name: string; namespace: string; template: Manifest } | null {
  const namespace = object.metadata?.namespace ?? 'default';
  if (object.kind === 'Pod') {
    // A mirror pod is owned by its Node and listed as itself.
    const self = { kind: 'Pod', name: object.metadata.name };
    const owner = object.metadata.ownerReferences?.find((one: Manifest) => one.kind !== 'Node') ?? self;
    return { name: `${namespace}/${owner.name}[${owner.kind ?? 'Pod'}]`, namespace, template: object };
  }
  const spec = object.kind === 'CronJob' ? object.spec?.jobTemplate?.spec : object.spec;
  if (spec?.template === undefined) return null;
  return { name: `${namespace}/${object.metadata.name}[${object.kind}]`, namespace, template: spec.template };
}

function portsOf(spec: Manifest) {
  return (spec?.containers ?? []).flatMap((container: Manifest) =>
    (container.ports ?? [])
      .filter((port: Manifest) => port.name !== undefined)
      .map((port: Manifest) => ({ name: port.name, protocol: port.protocol ?? 'TCP', port: port.containerPort })),
  );
}

function policyOf(object: Manifest): ParsedPolicy | null {
  if (object.kind !== 'NetworkPolicy') return null;
  const { name, namespace = 'default' } = object.metadata;
  return parseNetworkPolicy({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    namespace,
    name,
    spec: object.spec,
  });
}

/** `first-last[External]` → its two ends; null for a workload. */
export function rangeOf(name: string): readonly [string, string] | null {
  const match = /^(.+)-(.+)\[External\]$/.exec(name);
  return match === null ? null : [match[1] ?? '', match[2] ?? ''];
}

export const externalEndpoint = (address: string) => addressEndpoint([address]);

/** Whether `conn` ("All Connections", "SCTP 80,90-99,TCP 1-65535") holds a port. */
export function connHolds(conn: string, protocol: string, port: number): boolean {
  if (conn === 'All Connections') return true;
  let current = '';
  for (const part of conn.split(',').map((text) => text.trim())) {
    const match = /^(?:([A-Z]+) ?)?(.*)$/.exec(part);
    if (match?.[1]) current = match[1];
    const text = match?.[2] ?? '';
    const [from = '1', to = from] = text === '' || text === 'All Ports' ? ['1', '65535'] : text.split('-');
    if (current === protocol && port >= Number(from) && port <= Number(to)) return true;
  }
  return false;
}

/** Every port at which some answer may change, and one that nothing names. */
export function portsToProbe(rows: readonly Row[]): number[] {
  const named = rows.flatMap(({ conn }) => [...conn.matchAll(/\d+/g)].map(([text]) => Number(text)));
  const around = named.flatMap((port) => [port - 1, port, port + 1]);
  return [...new Set([...around, 40_123])].filter((port) => port >= 1 && port <= 65_535);
}

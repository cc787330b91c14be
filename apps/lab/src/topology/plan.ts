import { ADDRESSES, CLUSTER_DOMAIN, INTERNET_NAMES } from '../network/addresses.ts';
import { BANK } from './bank.ts';
import type { AppName, Blueprint, CallBlueprint, CallKind, ListenBlueprint, ServiceBlueprint } from './blueprint.ts';
import { BOUTIQUE } from './boutique.ts';
import { Names, Ports, randomStream } from './rename.ts';
import { PROBER, SYSTEM } from './system.ts';

/** A blueprint under the names, labels and ports it gets in this lab. */
export interface Workload extends Omit<Blueprint, 'labels' | 'replicas' | 'service' | 'listen'> {
  readonly namespace: string;
  readonly name: string;
  readonly replicas: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly listen?: ListenBlueprint;
  readonly service?: ServiceBlueprint;
}

/** A call with host and port as the program dials them. */
export interface ResolvedCall {
  readonly kind: CallKind;
  readonly host: string;
  readonly port?: number;
  readonly path?: string;
  readonly keepAlive?: boolean;
  readonly family?: 4 | 6;
  readonly localAddress?: string;
}

export interface Plan {
  readonly seed: number | undefined;
  readonly apps: readonly AppName[];
  readonly workloads: readonly Workload[];
  /** Role (`boutique/frontend`) → what it is called here. */
  readonly names: Readonly<Record<string, { readonly namespace: string; readonly name: string }>>;
  /** The port that kube-dns listens on; its Service always has 53. */
  readonly dnsPort: number;
}

const BLUEPRINTS: Readonly<Record<AppName, readonly Blueprint[]>> = { boutique: BOUTIQUE, bank: BANK, prober: PROBER };
const KEPT_NAMESPACES = new Set(['kube-system']);
const LABEL_KEYS = ['app', 'component', 'part', 'role', 'app.kubernetes.io/name', 'app.kubernetes.io/component', 'svc'];

/** The topology of a lab. With a seed, app namespaces, workloads, labels and ports get other names, the same for the same seed; system names stay, because clusters agree on them. */
export function planTopology(options: { apps: readonly AppName[]; seed?: number }): Plan {
  const blueprints = [...SYSTEM, ...options.apps.flatMap((app) => BLUEPRINTS[app])];
  const { seed } = options;
  const workloads = seed === undefined ? blueprints.map(keepNames) : renameAll(blueprints, randomStream(seed));
  const names = Object.fromEntries(workloads.map(({ role, namespace, name }) => [role, { namespace, name }]));
  const dnsPort = seed === undefined ? 53 : new Ports(randomStream(seed + 1)).next(5_300, 5_399);
  return { seed, apps: options.apps, workloads, names, dnsPort };
}

function keepNames(blueprint: Blueprint): Workload {
  const [namespace = '', name = ''] = blueprint.role.split('/');
  return {
    ...blueprint,
    namespace,
    name,
    replicas: blueprint.replicas ?? 1,
    labels: blueprint.labels ?? { app: name },
  };
}

function renameAll(blueprints: readonly Blueprint[], random: () => number): Workload[] {
  const namespaces = new Names(random);
  const ports = new Ports(random);
  const scopes = new Map<string, Scope>();
  return blueprints.map(keepNames).map((workload) => {
    if (KEPT_NAMESPACES.has(workload.namespace)) return workload;
    const scope = scopes.get(workload.namespace) ?? new Scope(namespaces.next(), random);
    scopes.set(workload.namespace, scope);
    return renameOne(workload, scope, ports);
  });
}

/** The new names within one namespace: one for each old label key and value, so that shared labels stay shared. */
class Scope {
  readonly namespace: string;
  readonly #names: Names;
  readonly #keys: string[];
  readonly #map = new Map<string, string>();

  constructor(namespace: string, random: () => number) {
    this.namespace = namespace;
    this.#names = new Names(random);
    this.#keys = [...LABEL_KEYS].sort(() => random() - 0.5);
  }

  name(old: string): string {
    return this.#remember(`name ${old}`, () => this.#names.next());
  }

  labels(old: Readonly<Record<string, string>>): Record<string, string> {
    const entries = Object.entries(old).map(([key, value]) => [
      this.#remember(`key ${key}`, () => this.#keys.pop() ?? key),
      this.name(value),
    ]);
    return Object.fromEntries(entries);
  }

  #remember(key: string, make: () => string): string {
    const known = this.#map.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#map.set(key, made);
    return made;
  }
}

function renameOne(workload: Workload, scope: Scope, ports: Ports): Workload {
  const { listen, service, serviceAccount } = workload;
  return {
    ...workload,
    namespace: scope.namespace,
    name: scope.name(workload.name),
    labels: scope.labels(workload.labels),
    ...(serviceAccount ? { serviceAccount: scope.name(serviceAccount) } : {}),
    ...(listen ? { listen: { ...listen, port: ports.next(4_000, 20_000) } } : {}),
    ...(service
      ? {
          service: {
            ...service,
            // A headless Service does not translate: its port is the target's.
            port: ports.next(1_000, 3_999),
            ...(service.nodePort ? { nodePort: { ...service.nodePort, port: ports.next(30_000, 32_767) } } : {}),
          },
        }
      : {}),
  };
}

/** The workload of a role. @throws Error when the topology does not have it */
export function workloadOf(plan: Plan, role: string): Workload {
  const found = plan.workloads.find((workload) => workload.role === role);
  if (!found) throw new Error(`the topology has no ${role}`);
  return found;
}

/** The port a client dials: that of the Service, or of the pod where the Service is headless. */
export function servicePort(workload: Workload): number {
  return (workload.service?.headless ? workload.listen?.port : workload.service?.port) ?? 0;
}

/** A call of `caller` as its program dials it: the Service's short name within a namespace, `name.namespace` across. */
export function resolveCall(plan: Plan, caller: Workload, call: CallBlueprint): ResolvedCall {
  const { kind = 'http', path, keepAlive, family } = call;
  const shape = { kind, ...(path ? { path } : {}), ...(keepAlive ? { keepAlive } : {}), ...(family ? { family } : {}) };
  if (call.role === undefined) {
    const host = call.host === 'node' ? ADDRESSES.node.ipv4 : (call.host ?? '');
    const portOfNode = call.host === 'node' ? workloadOf(plan, 'monitoring/node-exporter').listen?.port : call.port;
    return { ...shape, host, ...(portOfNode ? { port: portOfNode } : {}) };
  }
  const target = workloadOf(plan, call.role);
  const host = target.namespace === caller.namespace ? target.name : `${target.name}.${target.namespace}`;
  return { ...shape, host, port: servicePort(target) };
}

/** Every call that a workload makes, each once. */
export function callsOf(workload: Workload): CallBlueprint[] {
  return [...Object.values(workload.routes ?? {}), ...(workload.steps ?? [])].flat();
}

/** What the program of a workload reads as LAB_CONFIG. */
export function programConfig(plan: Plan, workload: Workload): Record<string, unknown> {
  const search = [`${workload.namespace}.svc.${CLUSTER_DOMAIN}`, `svc.${CLUSTER_DOMAIN}`, CLUSTER_DOMAIN];
  const base = { name: workload.role, dns: { servers: [ADDRESSES.clusterDns], search } };
  if (workload.program === 'dns')
    return {
      ...base,
      dns: undefined,
      port: plan.dnsPort,
      healthPort: DNS_HEALTH_PORT,
      zone: CLUSTER_DOMAIN,
      upstream: ADDRESSES.internet.resolver,
    };
  if (workload.program === 'prober')
    return {
      ...base,
      port: workload.listen?.port,
      everyMs: workload.everyMs,
      internet: { kind: 'http', host: ADDRESSES.internet.web.ipv4, port: 80 },
      clusterDns: { name: 'kubernetes.default' },
      externalDns: { server: ADDRESSES.internet.resolver, name: Object.keys(INTERNET_NAMES)[0] },
      api: { host: 'kubernetes.default', port: 443 },
    };
  const resolveAll = (calls: readonly CallBlueprint[]) => calls.map((call) => resolveCall(plan, workload, call));
  return {
    ...base,
    listens: workload.listen ? [{ kind: workload.listen.kind, port: workload.listen.port }] : [],
    routes: Object.fromEntries(Object.entries(workload.routes ?? {}).map(([path, calls]) => [path, resolveAll(calls)])),
    steps: (workload.steps ?? []).map(resolveAll),
    everyMs: workload.everyMs ?? 1_000,
    once: workload.kind === 'CronJob',
  };
}

export const DNS_HEALTH_PORT = 8181;

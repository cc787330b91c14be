import type { ClusterModel, Pod, Service, ServicePort } from '../model/cluster.ts';
import type { PolicyModel, Rule } from '../model/policy.ts';
import { type Finding, findingAt, rulesByPath } from './finding.ts';

/** Allow rules that name the port of a Service where its pods listen on another: policies see the pod's. */
export function checkServicePorts(cluster: ClusterModel, policies: readonly PolicyModel[]): readonly Finding[] {
  const behind = servicesOfPods(cluster);
  return policies.flatMap((policy) =>
    [...rulesByPath(policy)].flatMap(([path, rules]) => {
      const slips = rules
        .filter(({ action }) => action === 'allow')
        .flatMap((rule) => slipsOf(rule, policy, { cluster, behind }));
      return [...new Set(slips)].map((message) =>
        findingAt(policy, path, { check: 'service-port', severity: 'warning', message }),
      );
    }),
  );
}

interface Surroundings {
  readonly cluster: ClusterModel;
  readonly behind: ReadonlyMap<Pod, readonly Service[]>;
}

function slipsOf(rule: Rule, policy: PolicyModel, { cluster, behind }: Surroundings): string[] {
  const ports = rule.destination.ports?.ranges.filter(({ first, last }) => first === last) ?? [];
  if (ports.length === 0) return [];
  const isEgress = policy.rules.egress.includes(rule);
  const meant = isEgress ? rule.destination.selector : policy.subject;
  if (meant === null) return [];
  const pods = cluster.pods.filter((pod) => behind.has(pod) && meant.matches(pod.labels));
  return ports.flatMap(({ first }) => pods.flatMap((pod) => slipOf(first, rule.protocol, pod, behind.get(pod) ?? [])));
}

function slipOf(port: number, protocol: number | null, pod: Pod, services: readonly Service[]): string[] {
  const ofProtocol = services.flatMap((service) =>
    service.ports.filter((one) => protocol === null || one.protocol === protocol).map((one) => ({ service, one })),
  );
  const listens =
    ofProtocol.some(({ one }) => targetsOf(one, pod).includes(port)) || pod.ports.some((one) => one.port === port);
  if (listens) return [];
  return ofProtocol
    .filter(({ one }) => one.port === port)
    .map(({ service, one }) => {
      const target = targetsOf(one, pod).join(', ') || one.targetPort;
      return `${port} is the port of Service ${service.namespace}/${service.name}; its pods listen on ${target}, which is what policies see`;
    });
}

function targetsOf({ targetPort, protocol }: ServicePort, pod: Pod): readonly number[] {
  if (typeof targetPort === 'number') return [targetPort];
  return pod.ports.filter((one) => one.name === targetPort && one.protocol === protocol).map(({ port }) => port);
}

function servicesOfPods({ services, pods }: ClusterModel): ReadonlyMap<Pod, readonly Service[]> {
  const behind = new Map<Pod, Service[]>();
  for (const service of services) {
    const wanted = [...(service.selector ?? [])];
    if (wanted.length === 0) continue;
    for (const pod of pods) {
      const isBehind =
        pod.namespace === service.namespace && wanted.every(([key, value]) => pod.ownLabels.get(key) === value);
      if (isBehind) behind.set(pod, [...(behind.get(pod) ?? []), service]);
    }
  }
  return behind;
}

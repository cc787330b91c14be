import { createRandom, type Random } from './random.ts';

export interface ManifestPlan {
  readonly workloads: number;
  readonly namespaces: number;
  readonly policies: number;
  readonly seed: number;
}
export type Manifest = Readonly<Record<string, unknown>>;

const TEAMS = ['checkout', 'search', 'payments', 'platform', 'data'] as const;
const APPS = ['api', 'web', 'worker', 'cache', 'db', 'queue', 'auth', 'cron'] as const;
const PORTS = [80, 443, 3000, 5432, 6379, 8080, 9090] as const;

/**
 * A cluster of Deployments with Services and Kubernetes NetworkPolicies, as a company might write them: per namespace a default deny, DNS,
 * then who may reach which app. The same plan gives the same text. One list for each namespace, by its name.
 */
export function makeManifests(plan: ManifestPlan): ReadonlyMap<string, readonly Manifest[]> {
  const random = createRandom(plan.seed);
  const names = Array.from({ length: plan.namespaces }, (_, place) => `ns-${String(place).padStart(3, '0')}`);
  const files = new Map<string, Manifest[]>(names.map((name, place) => [name, [namespace(name, place)]]));
  const deal = (count: number, make: (name: string, place: number) => readonly Manifest[]) => {
    for (let at = 0; at < count; at++) {
      const name = names[at % names.length] ?? '';
      files.get(name)?.push(...make(name, Math.floor(at / names.length)));
    }
  };
  deal(plan.workloads, (name, place) => workload(name, place, random));
  deal(plan.policies, (name, place) => [policy(name, place, random)]);
  return files;
}

const namespace = (name: string, place: number): Manifest => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { team: TEAMS[place % TEAMS.length], env: place % 3 === 0 ? 'staging' : 'production' } },
});

function workload(space: string, place: number, random: Random): Manifest[] {
  const app = APPS[place % APPS.length] ?? 'api';
  const name = `${app}-${place}`;
  const labels = { app, instance: name, version: `v${random.below(3)}` };
  const port = random.pick(PORTS);
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: space },
      spec: {
        replicas: 1 + random.below(4),
        selector: { matchLabels: { instance: name } },
        template: {
          metadata: { labels },
          spec: {
            containers: [
              { name: 'main', image: 'registry.example/app:1', ports: [{ name: 'http', containerPort: port }] },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: space },
      spec: { selector: { instance: name }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    },
  ];
}

function policy(space: string, place: number, random: Random): Manifest {
  const make = (name: string, spec: Manifest): Manifest => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: space },
    spec,
  });
  if (place === 0) return make('default-deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  if (place === 1) return make('allow-dns', { podSelector: {}, policyTypes: ['Egress'], egress: [dnsRule] });
  const app = random.pick(APPS);
  const ports = [{ protocol: 'TCP', port: random.pick<number | string>([...PORTS, 'http']) }];
  if (place % 3 === 0) {
    const to = [appPeer(random), blockPeer(random)].slice(0, 1 + random.below(2));
    return make(`egress-${place}`, {
      podSelector: { matchLabels: { app } },
      policyTypes: ['Egress'],
      egress: [{ to, ports }],
    });
  }
  const from = [appPeer(random), teamPeer(random)].slice(0, 1 + random.below(2));
  return make(`ingress-${place}`, {
    podSelector: { matchLabels: { app } },
    policyTypes: ['Ingress'],
    ingress: [{ from, ports }],
  });
}

const dnsRule = {
  to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }],
  ports: [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ],
};
const appPeer = (random: Random) => ({ podSelector: { matchLabels: { app: random.pick(APPS) } } });
const teamPeer = (random: Random) => ({
  namespaceSelector: { matchLabels: { team: random.pick(TEAMS) } },
  podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: [random.pick(APPS), random.pick(APPS)] }] },
});
const blockPeer = (random: Random) => {
  const first = random.below(200);
  return { ipBlock: { cidr: `10.${first}.0.0/16`, except: [`10.${first}.${random.below(256)}.0/24`] } };
};

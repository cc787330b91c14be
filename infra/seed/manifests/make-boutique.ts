import type { Manifest } from './make-manifests.ts';

/** Online Boutique (Google, Apache-2.0): each service with its port and those that call it. */
const SERVICES: Readonly<Record<string, { readonly port: number | null; readonly callers: readonly string[] }>> = {
  adservice: { port: 9555, callers: ['frontend'] },
  cartservice: { port: 7070, callers: ['frontend', 'checkoutservice'] },
  checkoutservice: { port: 5050, callers: ['frontend'] },
  currencyservice: { port: 7000, callers: ['frontend', 'checkoutservice'] },
  emailservice: { port: 8080, callers: ['checkoutservice'] },
  frontend: { port: 8080, callers: ['*'] },
  loadgenerator: { port: null, callers: [] },
  paymentservice: { port: 50051, callers: ['checkoutservice'] },
  productcatalogservice: { port: 3550, callers: ['frontend', 'checkoutservice', 'recommendationservice'] },
  recommendationservice: { port: 8080, callers: ['frontend'] },
  'redis-cart': { port: 6379, callers: ['cartservice'] },
  shippingservice: { port: 50051, callers: ['frontend', 'checkoutservice'] },
};

/** The shop with a policy for each service, and one that denies what is left: 12 workloads, 13 policies. */
export function makeBoutique(): readonly Manifest[] {
  return [
    ...Object.entries(SERVICES).flatMap(([name, { port }]) => [
      deployment(name, port),
      ...(port === null ? [] : [service(name, port)]),
    ]),
    ...Object.keys(SERVICES).map((name) => policy(name)),
    networkPolicy('deny-all', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }),
  ];
}

const deployment = (name: string, port: number | null): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'server', image: name, ports: port === null ? [] : [{ containerPort: port }] }] },
    },
  },
});

const service = (name: string, port: number): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app: name }, ports: [{ name: 'grpc', port, targetPort: port }] },
});

function policy(name: string): Manifest {
  const { port = null, callers = [] } = SERVICES[name] ?? {};
  const from = callers.includes('*') ? {} : { from: callers.map((app) => ({ podSelector: { matchLabels: { app } } })) };
  const ports = port === null || callers.includes('*') ? {} : { ports: [{ protocol: 'TCP', port }] };
  return networkPolicy(name, {
    podSelector: { matchLabels: { app: name } },
    policyTypes: ['Ingress', 'Egress'],
    ingress: callers.length === 0 ? [] : [{ ...from, ...ports }],
    egress: [{}],
  });
}

const networkPolicy = (name: string, spec: Manifest): Manifest => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name },
  spec,
});

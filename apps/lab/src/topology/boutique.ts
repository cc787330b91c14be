import type { Blueprint, CallBlueprint, ListenBlueprint } from './blueprint.ts';

const NAMESPACE = 'boutique';

/** Online Boutique: who calls whom and on which ports as in Google's microservices demo; HTTP stands for its gRPC. */
export const BOUTIQUE: readonly Blueprint[] = [
  {
    role: `${NAMESPACE}/frontend`,
    kind: 'Deployment',
    replicas: 2,
    program: 'service',
    listen: http(8080),
    service: { port: 80, nodePort: { port: 30080, policy: 'Local' } },
    probe: 'http',
    routes: {
      '/': [to('currencyservice'), to('productcatalogservice', true), to('cartservice'), to('adservice')],
      '/product': [
        to('productcatalogservice', true),
        to('currencyservice'),
        to('cartservice'),
        to('recommendationservice'),
        to('adservice'),
      ],
      '/cart': [to('cartservice'), to('recommendationservice'), to('shippingservice'), to('currencyservice')],
      '/cart/checkout': [to('checkoutservice'), to('recommendationservice'), to('currencyservice')],
    },
  },
  serving('adservice', 9555),
  serving('productcatalogservice', 3550, { replicas: 2 }),
  serving('currencyservice', 7000),
  serving('shippingservice', 50051),
  serving('paymentservice', 50051),
  { ...serving('emailservice', 8080), service: { port: 5000 } },
  serving('recommendationservice', 8080, { routes: { '/': [to('productcatalogservice', true)] } }),
  serving('cartservice', 7070, { routes: { '/': [line('redis-cart', 'GET cart')] }, probe: 'tcp' }),
  serving('checkoutservice', 5050, {
    routes: {
      '/': [
        to('cartservice'),
        to('productcatalogservice', true),
        to('currencyservice'),
        to('shippingservice'),
        to('paymentservice'),
        to('emailservice'),
      ],
    },
  }),
  {
    role: `${NAMESPACE}/redis-cart`,
    kind: 'Deployment',
    program: 'service',
    listen: { kind: 'line', name: 'tcp-redis', port: 6379 },
    service: { port: 6379 },
    probe: 'tcp',
  },
  {
    role: `${NAMESPACE}/loadgenerator`,
    kind: 'Deployment',
    program: 'service',
    everyMs: 700,
    steps: ['/', '/product', '/cart', '/cart/checkout'].map((path) => [{ ...to('frontend'), path }]),
  },
];

function http(port: number): ListenBlueprint {
  return { kind: 'http', name: 'http', port };
}

function to(name: string, keepAlive = false): CallBlueprint {
  return { role: `${NAMESPACE}/${name}`, keepAlive };
}

function line(name: string, text: string): CallBlueprint {
  return { role: `${NAMESPACE}/${name}`, kind: 'line', path: text };
}

function serving(name: string, port: number, more: Partial<Blueprint> = {}): Blueprint {
  return {
    role: `${NAMESPACE}/${name}`,
    kind: 'Deployment',
    program: 'service',
    serviceAccount: name,
    listen: { kind: 'http', name: 'grpc', port },
    service: { port },
    ...more,
  };
}

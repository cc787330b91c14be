import { ADDRESSES } from '../network/addresses.ts';
import type { Blueprint } from './blueprint.ts';

/** What every cluster of the lab has: DNS, and monitoring with a pod on the host's network. */
export const SYSTEM: readonly Blueprint[] = [
  {
    role: 'kube-system/coredns',
    kind: 'Deployment',
    replicas: 2,
    program: 'dns',
    labels: { 'k8s-app': 'kube-dns' },
    serviceAccount: 'coredns',
  },
  {
    role: 'monitoring/node-exporter',
    kind: 'DaemonSet',
    program: 'service',
    hostNetwork: true,
    labels: { app: 'node-exporter' },
    listen: { kind: 'http', name: 'metrics', port: 9100 },
    everyMs: 4_000,
    steps: [[{ role: 'monitoring/collector', path: '/push' }]],
  },
  {
    role: 'monitoring/collector',
    kind: 'Deployment',
    program: 'service',
    labels: { app: 'collector' },
    listen: { kind: 'http', name: 'http', port: 9091 },
    service: { port: 9091 },
    everyMs: 2_000,
    steps: [[{ host: 'node', port: 9100, path: '/metrics' }], [{ host: ADDRESSES.internet.web.ipv4, kind: 'ping' }]],
  },
];

/** Four questions: internet, cluster DNS, external DNS, Kubernetes API. */
export const PROBER: readonly Blueprint[] = [
  {
    role: 'web-demo/prober',
    kind: 'Deployment',
    program: 'prober',
    labels: { app: 'prober' },
    listen: { kind: 'http', name: 'http', port: 8080 },
    service: { port: 80, nodePort: { port: 30280, policy: 'Local' } },
    probe: 'http',
    everyMs: 3_000,
  },
];

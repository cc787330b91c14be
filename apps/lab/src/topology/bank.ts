import type { Blueprint } from './blueprint.ts';

/**
 * Three tiers (customer → summary → database) and what makes policies hard: a headless StatefulSet, datagrams, a Service that has only IPv6,
 * label sets that overlap, and two jobs that live for a fraction of a second and take turns on one pod address.
 */
export const BANK: readonly Blueprint[] = [
  {
    role: 'bank/customer',
    kind: 'Deployment',
    program: 'service',
    labels: { app: 'bank', tier: 'customer' },
    listen: { kind: 'http', name: 'http', port: 8080 },
    service: { port: 80, nodePort: { port: 30180, policy: 'Cluster' } },
    probe: 'http',
    routes: {
      '/': [
        { role: 'bank/summary' },
        { role: 'bank/audit-log', kind: 'datagram', path: '<13>customer: statement shown' },
      ],
    },
  },
  {
    role: 'bank/summary',
    kind: 'Deployment',
    replicas: 2,
    program: 'service',
    labels: { app: 'bank', tier: 'summary' },
    listen: { kind: 'http', name: 'http', port: 8081 },
    service: { port: 80 },
    routes: {
      '/': [
        { role: 'bank/database', kind: 'line', path: 'GET balance' },
        { role: 'bank/exchange', family: 6 },
      ],
    },
  },
  {
    role: 'bank/database',
    kind: 'StatefulSet',
    program: 'service',
    labels: { app: 'bank', tier: 'database' },
    listen: { kind: 'line', name: 'postgres', port: 5432 },
    service: { port: 5432, headless: true },
    probe: 'tcp',
  },
  {
    role: 'bank/audit-log',
    kind: 'Deployment',
    program: 'service',
    labels: { app: 'audit-log' },
    listen: { kind: 'datagram', name: 'syslog', port: 5514 },
    service: { port: 514 },
  },
  {
    role: 'bank/exchange',
    kind: 'Deployment',
    program: 'service',
    labels: { app: 'exchange' },
    listen: { kind: 'http', name: 'http', port: 8082 },
    service: { port: 80, family: 'IPv6' },
    routes: { '/': [{ host: 'exchange.example.net', port: 80, family: 6 }] },
  },
  {
    role: 'bank/statement-export',
    kind: 'CronJob',
    program: 'service',
    // No tier: its labels are part of the others', so equality alone selects strangers.
    labels: { app: 'bank' },
    schedule: { everySeconds: 20, offsetSeconds: 1 },
    everyMs: 5,
    steps: [
      [{ role: 'bank/database', kind: 'line', path: 'GET statements' }],
      [{ role: 'bank/database', kind: 'line', path: 'SET exporting yes' }],
      [{ role: 'bank/database', kind: 'line', path: 'GET statements' }],
      [{ role: 'bank/database', kind: 'line', path: 'SET exported yes' }],
    ],
  },
  {
    role: 'bank/rate-import',
    kind: 'CronJob',
    program: 'service',
    labels: { app: 'rate-import' },
    schedule: { everySeconds: 20, offsetSeconds: 4 },
    everyMs: 5,
    steps: [
      [{ host: 'rates.example.net', port: 80, path: '/index' }],
      [{ role: 'bank/summary' }],
      [{ host: 'rates.example.net', port: 80, path: '/euro' }],
      [{ host: 'rates.example.net', port: 80, path: '/dollar' }],
    ],
  },
];

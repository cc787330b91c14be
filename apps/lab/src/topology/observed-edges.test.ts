import { expect, it } from 'vitest';
import type { LedgerEntry } from '../ledger.ts';
import { edgeKey } from './edges.ts';
import { observedEdges } from './observed-edges.ts';
import { planTopology } from './plan.ts';

const plan = planTopology({ apps: ['bank'] });

function entry(writer: string, op: LedgerEntry['op'], more: Partial<LedgerEntry>): LedgerEntry {
  return { writer, op, timeMs: 0, protocol: 'TCP', local: {}, remote: {}, ...more };
}

it('gives an address to the pod that had it at that moment', () => {
  const job = (name: string, timeMs: number) =>
    entry(`bank/${name}-29000000-abcde`, 'start', { timeMs, local: { address: '10.244.1.9' }, protocol: 'none' });
  const accept = (timeMs: number) =>
    entry('bank/database-0', 'accept', {
      timeMs,
      local: { port: 5432 },
      remote: { address: '10.244.1.9', port: 40_000 },
    });
  const edges = observedEdges(
    [job('statement-export', 0), accept(100), job('rate-import', 5_000), accept(5_100)],
    plan,
    'n',
  );
  expect(edges.map(edgeKey)).toEqual([
    'workload/bank/CronJob/statement-export → workload/bank/StatefulSet/database 6 5432',
    'workload/bank/CronJob/rate-import → workload/bank/StatefulSet/database 6 5432',
  ]);
});

it('takes the receiver’s word inside, the sender’s where no process of the lab receives', () => {
  const customer = 'bank/customer-bcdfghjklm-bcdfg';
  const entries = [
    entry(customer, 'start', { local: { address: '10.244.1.3' } }),
    entry(customer, 'connect', {
      local: { address: '10.244.1.3', port: 1 },
      remote: { address: '10.96.3.3', port: 80 },
    }),
    entry('bank/summary-bcdfghjklm-bcdfg', 'accept', {
      local: { port: 8081 },
      remote: { address: '10.244.1.3', port: 1 },
    }),
    entry(customer, 'connect', { remote: { address: '203.0.113.80', port: 80 } }),
    entry(customer, 'send', { protocol: 'ICMP', remote: { address: '203.0.113.80' } }),
    entry(customer, 'connect', { remote: { address: '10.96.0.1', port: 443 } }),
    entry('bank/customer-bcdfghjklm-bcdfg', 'accept', {
      local: { port: 8080 },
      remote: { address: '172.30.0.10', port: 2 },
    }),
  ];
  expect(observedEdges(entries, plan, 'n').map(edgeKey)).toEqual([
    'workload/bank/Deployment/customer → workload/bank/Deployment/summary 6 8081',
    'workload/bank/Deployment/customer → external/203.0.113.80 6 80',
    'workload/bank/Deployment/customer → external/203.0.113.80 1 2048',
    'workload/bank/Deployment/customer → node/n 6 6443',
    'node/n → workload/bank/Deployment/customer 6 8080',
  ]);
});

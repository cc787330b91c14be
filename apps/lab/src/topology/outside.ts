import { ADDRESSES, INTERNET_NAMES } from '../network/addresses.ts';
import type { Plan, ResolvedCall, Workload } from './plan.ts';

/** A machine of the "internet": a program in the internet's namespace, no pod. */
export interface OutsideMachine {
  readonly name: 'web' | 'resolver' | 'client';
  readonly program: 'service' | 'dns';
  readonly config: Record<string, unknown>;
}

/** A web server, a resolver, and a client that comes in from outside by every NodePort. */
export function outsideMachines(plan: Plan): OutsideMachine[] {
  const { web, resolver, client } = ADDRESSES.internet;
  const steps = exposedWorkloads(plan).map((workload): ResolvedCall[] => [
    {
      kind: 'http',
      host: ADDRESSES.node.ipv4,
      port: workload.service?.nodePort?.port ?? 0,
      path: '/',
      localAddress: client,
    },
  ]);
  return [
    {
      name: 'web',
      program: 'service',
      config: { name: `internet ${web.ipv4}`, listens: [{ kind: 'http', port: 80 }] },
    },
    {
      name: 'resolver',
      program: 'dns',
      config: { name: `internet ${resolver}`, address: resolver, port: 53, records: INTERNET_NAMES },
    },
    ...(steps.length > 0
      ? [
          {
            name: 'client' as const,
            program: 'service' as const,
            config: { name: `internet ${client}`, steps, everyMs: 1_500 },
          },
        ]
      : []),
  ];
}

export function exposedWorkloads(plan: Plan): Workload[] {
  return plan.workloads.filter((workload) => workload.service?.nodePort !== undefined);
}

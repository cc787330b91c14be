import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kubectl } from './kubectl.ts';
import { runShell } from './shell.ts';

const PROGRAM = readFileSync(join(import.meta.dirname, 'app/workload.mjs'), 'utf8');

/**
 * Calls a NodePort Service from outside the cluster, on each node that has a pod of it: others drop the calls of a Service that keeps
 * its callers' addresses.
 *
 * @param outside what to put before a command so that it runs where nodes' addresses can be reached; null for this machine itself.
 */
export async function callNodePorts(
  kubectl: Kubectl,
  { namespace, service, outside, count }: { namespace: string; service: string; outside: string | null; count: number },
): Promise<void> {
  const found = (await kubectl.list('services', namespace)).find(({ metadata }) => metadata.name === service);
  const [port] = (found?.spec.ports ?? []) as { nodePort: number }[];
  const { app = '' } = (found?.spec.selector ?? {}) as { app?: string };
  const calls = (await nodeAddressesOf(kubectl, namespace, app)).map((host) => ({
    name: 'node-port',
    host,
    port: port?.nodePort,
    count,
    everyMs: 200,
  }));
  const behaviour = JSON.stringify({ calls });
  await runShell(`${outside ?? ''} node --input-type=module - '${behaviour}'`, { input: PROGRAM });
}

/** By which other machines know the nodes that have pods of an application, sorted. */
export async function nodeAddressesOf(kubectl: Kubectl, namespace: string, app: string): Promise<string[]> {
  const nodes = (await kubectl.list('pods', namespace))
    .filter(({ metadata }) => metadata.labels?.app === app)
    .map(({ spec }) => spec.nodeName);
  return (await kubectl.list('nodes'))
    .filter(({ metadata }) => nodes.includes(metadata.name))
    .flatMap(({ status }) => (status.addresses ?? []) as { type: string; address: string }[])
    .filter(({ type }) => type === 'InternalIP')
    .map(({ address }) => address)
    .sort();
}

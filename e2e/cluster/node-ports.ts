import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kubectl, KubeObject } from './kubectl.ts';
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
  const selector = Object.entries((found?.spec.selector ?? {}) as Record<string, string>);
  const nodes = (await kubectl.list('pods', namespace))
    .filter(({ metadata }) => selector.every(([key, value]) => metadata.labels?.[key] === value))
    .map(({ spec }) => spec.nodeName);
  const calls = (await kubectl.list('nodes'))
    .filter(({ metadata }) => nodes.includes(metadata.name))
    .flatMap(internalAddresses)
    .map((host) => ({ name: 'node-port', host, port: port?.nodePort, count, everyMs: 200 }));
  const behaviour = JSON.stringify({ calls });
  await runShell(`${outside ?? ''} node --input-type=module - '${behaviour}'`, { input: PROGRAM });
}

/** By which other machines know a node. */
export function internalAddresses({ status }: KubeObject): string[] {
  const addresses = (status.addresses ?? []) as { type: string; address: string }[];
  return addresses.filter(({ type }) => type === 'InternalIP').map(({ address }) => address);
}

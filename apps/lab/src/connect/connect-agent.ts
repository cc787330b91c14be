import { chownSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildBpf } from '@margay/bpf';
import { MargayError } from '@margay/model';
import type { KubeClient } from '../kube/client.ts';
import { type ClusterState, resourceNamed } from '../kube/cluster.ts';
import { isRecord, type KubeObject, keyOf } from '../kube/objects.ts';
import type { Owner } from '../machine/owner.ts';

const ENROL_TIMEOUT_MS = 60_000;

/** Compiles the agent's BPF programs where they are not; what root builds belongs to the clone's owner. @throws MargayError UNAVAILABLE that says what to install */
export function buildAgentPrograms(owner: Owner): string {
  try {
    const directory = buildBpf();
    chownSync(directory, owner.uid, owner.gid);
    for (const name of readdirSync(directory)) chownSync(join(directory, name), owner.uid, owner.gid);
    return directory;
  } catch (cause) {
    throw new MargayError('UNAVAILABLE', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/**
 * Applies the manifest as kubectl would, and waits until the agent has enrolled: until the Secret that the manifest brings for the lasting credential is filled.
 *
 * @throws MargayError UNAVAILABLE with the last words of the agent's logs.
 */
export async function applyAgent(
  client: KubeClient,
  state: ClusterState,
  objects: readonly KubeObject[],
  logDirectory: string,
): Promise<void> {
  for (const object of objects.filter(({ kind }) => kind === 'Namespace')) await removeNamespace(client, object);
  for (const object of objects) await client.apply(object);
  const secrets = objects.filter((object) => object.kind === 'Secret' && !object.data && !object.stringData).map(keyOf);
  const deadline = Date.now() + ENROL_TIMEOUT_MS;
  while (!secrets.every((key) => isRecord(state.secrets.get(key)?.data))) {
    if (Date.now() > deadline)
      throw new MargayError(
        'UNAVAILABLE',
        `The agent did not enrol in ${ENROL_TIMEOUT_MS / 1_000} s. Its last words:\n${lastWords(logDirectory)}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** An agent of an earlier connection goes first: its credential is another console's. */
async function removeNamespace(client: KubeClient, namespace: KubeObject): Promise<void> {
  const read = () => client.get(resourceNamed('namespaces'), undefined, namespace.metadata.name);
  if (!(await read())) return;
  await client.delete(namespace);
  const deadline = Date.now() + ENROL_TIMEOUT_MS;
  while (await read()) {
    if (Date.now() > deadline) throw new MargayError('UNAVAILABLE', 'The agent of an earlier connection did not end.');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function lastWords(logDirectory: string): string {
  const own = readdirSync(logDirectory).filter((name) => name.startsWith('margay_'));
  return own
    .map((name) => readFileSync(join(logDirectory, name), 'utf8').trim().split('\n').slice(-2).join('\n'))
    .join('\n');
}

import { chownSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildBpf } from '@margay/bpf';
import { MargayError } from '@margay/model';
import type { KubeClient } from '../kube/client.ts';
import type { ClusterState } from '../kube/cluster.ts';
import type { KubeObject } from '../kube/objects.ts';
import { isReady } from '../kube/types.ts';
import type { Owner } from '../machine/owner.ts';

const START_TIMEOUT_MS = 30_000;

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

/** Applies the manifest as kubectl would, and waits until the pods of its Deployments and DaemonSets run. @throws MargayError UNAVAILABLE */
export async function applyAgent(
  client: KubeClient,
  state: ClusterState,
  objects: readonly KubeObject[],
): Promise<void> {
  for (const object of objects) await client.apply(object);
  const owners = objects.filter((object) => object.kind === 'Deployment' || object.kind === 'DaemonSet');
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const missing = owners.filter((owner) => !hasRunningPod(state, owner));
    if (missing.length === 0) return;
    if (Date.now() > deadline)
      throw new MargayError(
        'UNAVAILABLE',
        `The agent did not start: ${missing.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join(', ')}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function hasRunningPod(state: ClusterState, owner: KubeObject): boolean {
  return state.pods
    .all()
    .some(
      (pod) =>
        pod.metadata.namespace === owner.metadata.namespace &&
        pod.metadata.name.startsWith(`${owner.metadata.name}-`) &&
        isReady(pod),
    );
}

import { ClusterCredential } from './enrolment/cluster-credential.ts';
import { readClusterFacts } from './enrolment/cluster-facts.ts';
import { CredentialSecret } from './enrolment/credential-secret.ts';
import { InventoryUploader } from './inventory/inventory-uploader.ts';
import { watchInventory } from './inventory/inventory-watch.ts';
import type { KubeClient } from './kube/client.ts';
import type { Log } from './log.ts';
import { orAborted } from './pause.ts';
import type { Settings } from './settings.ts';
import { connectConsole } from './uplink/console-client.ts';
import type { Credential } from './uplink/credential.ts';
import { runHeartbeat } from './uplink/heartbeat.ts';

export interface ClusterOptions {
  readonly settings: Settings;
  readonly kube: KubeClient;
  readonly log: Log;
}

/** The cluster role: enrols once, keeps the credential in its Secret, uploads the inventory, until `signal` aborts. */
export async function runCluster({ settings, kube, log }: ClusterOptions, signal: AbortSignal): Promise<void> {
  const console = connectConsole(settings.url);
  const credentials = new ClusterCredential({
    client: kube,
    console,
    secret: new CredentialSecret(kube, settings.namespace),
    installToken: settings.installToken,
    version: settings.version,
    log,
  });
  const shared = {
    console,
    log,
    version: settings.version,
    credential: (until: AbortSignal) => credentials.get(until),
    onRefused: (credential: Credential) => credentials.refused(credential),
  };
  let kubernetesVersion = '';
  const uploader = new InventoryUploader({
    ...shared,
    kubernetesVersion: () => kubernetesVersion,
    snapshot: () => watch.snapshot(),
  });
  const watch = watchInventory(kube, log, () => uploader.noteChange());
  const uploading = (async () => {
    await orAborted(watch.settled, signal);
    kubernetesVersion = (await readClusterFacts(kube).catch(() => null))?.kubernetesVersion ?? '';
    uploader.noteChange();
    await uploader.run(signal);
  })();
  const beating = runHeartbeat(
    {
      ...shared,
      role: 'cluster',
      node: settings.nodeName,
      dataplane: '',
      taps: () => [],
      spool: () => ({ bytes: 0, batches: 0 }),
    },
    signal,
  );
  await Promise.all([uploading, beating]);
  await Promise.all([watch.stop(), console.close()]);
}

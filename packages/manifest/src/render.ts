import { MargayError } from '@margay/model';
import { stringify } from 'yaml';
import { z } from 'zod';
import { accessObjects } from './access.ts';
import { clusterDeployment } from './cluster-deployment.ts';
import { NAMESPACE } from './names.ts';
import { nodeDaemonSet } from './node-daemon-set.ts';
import { credentialSecret, installTokenSecret } from './secrets.ts';

const InstallManifestInput = z.object({
  /** Origin that agents reach the console under, e.g. `https://margay.example.org`. */
  consoleUrl: z.url({ protocol: /^https?$/, error: 'consoleUrl must be an http or https origin' }),
  /** Null once the token is used or expired: the same objects without it, so that `kubectl delete -f` works for ever. */
  token: z.string().min(1).max(256).nullable(),
  /** Image of the agent with its tag or digest. */
  image: z.string().min(1).max(512),
});
export type InstallManifestInput = z.input<typeof InstallManifestInput>;

/**
 * Everything that `kubectl apply -f "<console>/install/<token>.yaml"` brings into a cluster, as one multi-document YAML.
 * The namespace comes first: deleting the file starts its end first, which is how a node agent tells an uninstall from a restart.
 *
 * @throws MargayError VALIDATION when the input cannot make a manifest.
 */
export function renderInstallManifest(input: InstallManifestInput): string {
  const parsed = InstallManifestInput.safeParse(input);
  if (!parsed.success) throw new MargayError('VALIDATION', z.prettifyError(parsed.error));
  const { token, image } = parsed.data;
  const consoleUrl = new URL(parsed.data.consoleUrl).origin;
  const objects = [
    namespaceObject(),
    ...accessObjects(),
    credentialSecret(),
    ...(token === null ? [] : [installTokenSecret(token)]),
    clusterDeployment({ consoleUrl, image, token }),
    nodeDaemonSet({ consoleUrl, image }),
  ];
  const head = `# Margay agent for ${consoleUrl}\n# Remove it, and all it made, with: kubectl delete -f <this file>\n`;
  return head + objects.map((object) => `---\n${stringify(object, { lineWidth: 0 })}`).join('');
}

function namespaceObject() {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: NAMESPACE,
      labels: {
        'app.kubernetes.io/part-of': 'margay',
        // The node agent needs the host's network and BPF file system, which every lower level forbids.
        'pod-security.kubernetes.io/enforce': 'privileged',
      },
    },
  };
}

import type { Pod } from '../kube/types.ts';
import type { KubeletContext } from './context.ts';
import type { Mounts } from './environment.ts';

const STATE_DIR = '/var/lib/margay';
const CREDENTIAL_SECRET = 'margay-agent-credential';

/** What the agent gets beyond its manifest: folders that its image would have and this machine must not, and what the lab's caller wants. */
export function agentEnvironment(
  context: KubeletContext,
  pod: Pod,
  environment: Readonly<Record<string, string>>,
  mounts: Mounts,
): Record<string, string> {
  const volume = pod.spec.volumes?.find(({ secret }) => secret?.secretName === CREDENTIAL_SECRET);
  const mount = pod.spec.containers
    .flatMap((container) => container.volumeMounts ?? [])
    .find(({ name }) => name === volume?.name);
  const credentialDir = mount && mounts.get(mount.mountPath);
  const { MARGAY_CREDENTIAL_DIR: hasCredentialDir, MARGAY_STATE_DIR: stateDir = STATE_DIR } = environment;
  return {
    ...(hasCredentialDir || !credentialDir ? {} : { MARGAY_CREDENTIAL_DIR: credentialDir }),
    ...(stateDir === STATE_DIR ? { MARGAY_STATE_DIR: context.files.makeNodeDirectory('host', STATE_DIR) } : {}),
    ...Object.fromEntries(context.agentEnvironment),
  };
}

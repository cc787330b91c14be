import type { ClusterModel, HostNetwork, PolicySet } from '@margay/policy';
import { BadInput, type Option, type Values } from './command.ts';
import { say } from './output/say.ts';

export const HOST_NETWORK_OPTION: Option = {
  type: 'string',
  value: 'HOW',
  help: 'what policies make of pods on the host network: nodes or pods',
};
export const HOST_NETWORK_HELP = `Kubernetes leaves it to the network plugin what policies make of pods on the host network. --host-network nodes: none applies to them and no
selector finds them, as most plugins have it; so it is if there are Calico objects. --host-network pods: they are pods like any other, as
np-guard has it; so it is if there are none, and told on stderr.`;

/** As the option says; else as Calico does where there is something of Calico's, and as np-guard does where there is not. */
export function chooseHostNetwork(cluster: ClusterModel, policies: PolicySet, values: Values): HostNetwork {
  const wanted = values['host-network'];
  if (wanted === 'nodes' || wanted === 'pods') return wanted;
  if (wanted !== undefined) throw new BadInput(`--host-network ${wanted} is neither nodes nor pods`);
  if (isCalico(cluster, policies)) return 'nodes';
  const names = new Set(cluster.pods.filter(({ hostNetwork }) => hostNetwork).map(({ workload }) => workload.name));
  if (names.size > 0)
    say(
      `taken as ordinary pods though most network plugins apply no policy to the host network (--host-network nodes): ${[...names].join(', ')}`,
    );
  return 'pods';
}

const CALICO_VERSIONS = ['projectcalico.org', 'crd.projectcalico.org'];

function isCalico({ networkSets, hostEndpoints }: ClusterModel, { policies }: PolicySet): boolean {
  if (networkSets.length + hostEndpoints.length > 0) return true;
  return policies.some(({ source }) => CALICO_VERSIONS.includes(source.apiVersion.replace(/\/.*$/, '')));
}

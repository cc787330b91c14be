import { ipBatch } from '../machine/run-command.ts';
import { ADDRESSES, podAddresses } from './addresses.ts';

export interface PodNetwork {
  readonly networkNamespace: string;
  /** The host side of the pod's veth, in the node's namespace. */
  readonly interface: string;
  readonly ipv4: string;
  readonly ipv6: string;
}

/** A namespace with one veth into the node's, a /32 and a /128 route to it, and a link-local gateway, as Calico's and others' pods have. */
export async function createPodNetwork(
  node: string,
  networkNamespace: string,
  interfaceName: string,
  index: number,
): Promise<PodNetwork> {
  const { ipv4, ipv6 } = podAddresses(index);
  const { podGateway } = ADDRESSES;
  await ipBatch(undefined, [`netns add ${networkNamespace}`]);
  await ipBatch(node, [
    `link add ${interfaceName} type veth peer name eth0 netns ${networkNamespace}`,
    // The kernel answers for the gateway after a random time of up to 0.8 s, and forgets what it has not answered whenever any pod goes. At once, as Calico has it.
    `ntable change name arp_cache dev ${interfaceName} proxy_delay 0`,
    `addr add ${podGateway.ipv6}/64 dev ${interfaceName} nodad`,
    `link set ${interfaceName} up`,
    `route add ${ipv4}/32 dev ${interfaceName} src ${ADDRESSES.node.ipv4}`,
    `route add ${ipv6}/128 dev ${interfaceName}`,
  ]);
  await ipBatch(networkNamespace, [
    'link set lo up',
    'link set eth0 up',
    `addr add ${ipv4}/32 dev eth0`,
    `addr add ${ipv6}/128 dev eth0 nodad`,
    `route add ${podGateway.ipv4} dev eth0 scope link`,
    `route add default via ${podGateway.ipv4} dev eth0`,
    `route add default via ${podGateway.ipv6} dev eth0`,
  ]);
  return { networkNamespace, interface: interfaceName, ipv4, ipv6 };
}

/** Deletes the pod's namespace; its veth and the routes to it go with it. */
export async function deletePodNetwork(node: string, network: PodNetwork): Promise<void> {
  // The veth first: a namespace that a dying process still holds would keep the address reachable.
  await ipBatch(node, [`link delete ${network.interface}`]).catch(() => {});
  await ipBatch(undefined, [`netns delete ${network.networkNamespace}`]);
}

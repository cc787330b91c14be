import type { Lab } from '../src/index.ts';

/** What a kernel counter says of one way of a workload's traffic: L3 bytes and packets. */
export interface TrafficCount {
  readonly packets: number;
  readonly bytes: number;
}

const TABLE = 'lab_exact';
const ETHERNET_BYTES = 14;

interface NftRule {
  readonly chain: string;
  readonly expr: readonly { readonly counter?: TrafficCount }[];
}

/**
 * nft counters on the host side of every pod's veth, where the agent's taps are: what the kernel counts without Margay. Pods of jobs are left out: their veths come
 * and go.
 */
export class PodCounters {
  readonly #lab: Lab;
  /** Chain → `out|in workload`. */
  readonly #chains = new Map<string, string>();

  private constructor(lab: Lab) {
    this.#lab = lab;
  }

  static async add(lab: Lab): Promise<PodCounters> {
    const counters = new PodCounters(lab);
    const rules = [`add table netdev ${TABLE}`];
    for (const pod of lab.pods().filter((each) => each.interface)) {
      const workload = workloadOfPod(lab, pod);
      if (!workload) continue;
      for (const [way, hook] of [
        ['out', 'ingress'],
        ['in', 'egress'],
      ] as const) {
        const chain = `${pod.interface}_${way}`;
        counters.#chains.set(chain, `${way} ${workload}`);
        rules.push(
          `add chain netdev ${TABLE} ${chain} { type filter hook ${hook} device "${pod.interface}" priority 0; }`,
          // Neighbour discovery and group membership are no traffic of anybody's.
          `add rule netdev ${TABLE} ${chain} ether type arp accept`,
          `add rule netdev ${TABLE} ${chain} icmpv6 type { 130-137, 143 } accept`,
          `add rule netdev ${TABLE} ${chain} counter`,
        );
      }
    }
    await lab.run(['nft', rules.join('; ')]);
    return counters;
  }

  /** `out` or `in` and the workload (`out workload/boutique/Deployment/cartservice`) → what its pods sent or were sent so far. */
  readonly read = async (): Promise<Map<string, TrafficCount>> => {
    const text = await this.#lab.run(['nft', '-j', 'list', 'table', 'netdev', TABLE]);
    const { nftables } = JSON.parse(text) as { nftables: { rule?: NftRule }[] };
    const sums = new Map<string, TrafficCount>();
    for (const { rule } of nftables) {
      const counter = rule?.expr.find((part) => part.counter)?.counter;
      const key = rule && this.#chains.get(rule.chain);
      if (!counter || !key) continue;
      const sum = sums.get(key) ?? { packets: 0, bytes: 0 };
      // At egress the packet has its Ethernet header already, and nft counts it; at ingress it is taken off before. Margay counts L3.
      const header = key.startsWith('in ') ? ETHERNET_BYTES * counter.packets : 0;
      sums.set(key, { packets: sum.packets + counter.packets, bytes: sum.bytes + counter.bytes - header });
    }
    return sums;
  };

  async remove(): Promise<void> {
    await this.#lab.run(['nft', 'delete', 'table', 'netdev', TABLE]);
  }
}

/** As `peerKey` and `edgeKey` write it; undefined for pods of jobs and of the agent. */
function workloadOfPod(lab: Lab, pod: { namespace: string; name: string }): string | undefined {
  const owner = pod.name.replace(/-[a-z0-9]{10}-[a-z0-9]{5}$|-[a-z0-9]{5}$|-\d+$/, '');
  const workload = lab.plan.workloads.find(({ namespace, name }) => namespace === pod.namespace && name === owner);
  return workload && workload.kind !== 'CronJob'
    ? `workload/${workload.namespace}/${workload.kind}/${workload.name}`
    : undefined;
}

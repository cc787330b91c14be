import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { PodHandlers } from './pod-driver.ts';
import { type RemoteProcess, startRemote } from './remote.ts';

/** A pod: a network namespace behind a veth, with a process in it. */
export interface Pod extends RemoteProcess<PodHandlers> {
  readonly namespace: string;
  readonly ipv4: string;
  readonly ipv6: string;
  /** Host side of its veth, in the node. */
  readonly interface: string;
}

/** A node as the simplest of CNIs leaves it: a veth a pod, one /32 and one /128 route to each, forwarding between them. */
export class PodNetwork {
  readonly node: string;
  readonly #name = `margay-k${randomBytes(3).toString('hex')}`;
  readonly #pods: Pod[] = [];
  #nextPod = 1;

  constructor() {
    this.node = `${this.#name}-node`;
    run('ip', 'netns', 'add', this.node);
    this.inNode('ip', 'link', 'set', 'lo', 'up');
    this.inNode('sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1');
  }

  /** Runs a command in the node's network namespace and returns what it printed. */
  inNode(...command: string[]): string {
    return run('nsenter', `--net=/run/netns/${this.node}`, ...command);
  }

  async addPod(): Promise<Pod> {
    const number = this.#nextPod++;
    const namespace = `${this.#name}-p${number}`;
    const pod = { namespace, ipv4: `10.244.7.${number}`, ipv6: `fd00:244::${number}`, interface: `pod${number}` };
    run('ip', 'netns', 'add', namespace);
    // What is not the pod's own goes to a gateway address that every host side has, as Calico does it.
    batch(this.node, [
      `link add ${pod.interface} type veth peer name eth0 netns ${namespace}`,
      `addr add 169.254.1.1/32 dev ${pod.interface}`,
      `addr add fe80::1/64 dev ${pod.interface} nodad`,
      `link set ${pod.interface} up`,
    ]);
    batch(namespace, [
      'link set lo up',
      `addr add ${pod.ipv4}/32 dev eth0`,
      `addr add ${pod.ipv6}/128 dev eth0 nodad`,
      'link set eth0 up',
      'route add 169.254.1.1 dev eth0 scope link',
      'route add default via 169.254.1.1 dev eth0',
      'route add default via fe80::1 dev eth0',
    ]);
    batch(this.node, [
      `route add ${pod.ipv4}/32 dev ${pod.interface}`,
      `route add ${pod.ipv6}/128 dev ${pod.interface}`,
    ]);
    const process = await startRemote<PodHandlers>(namespace, join(import.meta.dirname, 'pod-driver.ts'));
    const complete = { ...pod, ...process };
    this.#pods.push(complete);
    return complete;
  }

  /**
   * A pod that lives for a moment: its network, a tenth of a second in which a container runtime would start its process, one TCP connection, and it is gone.
   *
   * @returns its address
   */
  runShortPod(server: string, port: number, request: string): string {
    const number = this.#nextPod++;
    const [namespace, name, ipv4] = [`${this.#name}-p${number}`, `pod${number}`, `10.244.7.${number}`];
    run('ip', 'netns', 'add', namespace);
    batch(this.node, [
      `link add ${name} type veth peer name eth0 netns ${namespace}`,
      `addr add 169.254.1.1/32 dev ${name}`,
      `link set ${name} up`,
      `route add ${ipv4}/32 dev ${name}`,
    ]);
    batch(namespace, [
      'link set eth0 up',
      `addr add ${ipv4}/32 dev eth0`,
      'route add 169.254.1.1 dev eth0 scope link',
      'route add default via 169.254.1.1 dev eth0',
    ]);
    const talk = `sleep 0.1; exec 3<>/dev/tcp/${server}/${port}; printf %s ${request} >&3; cat <&3 >/dev/null`;
    run('nsenter', `--net=/run/netns/${namespace}`, 'bash', '-c', talk);
    run('ip', 'netns', 'del', namespace);
    return ipv4;
  }

  async removePod(pod: Pod): Promise<void> {
    await pod.kill();
    run('ip', 'netns', 'del', pod.namespace);
    this.#pods.splice(this.#pods.indexOf(pod), 1);
  }

  async remove(): Promise<void> {
    for (const pod of [...this.#pods]) await this.removePod(pod);
    run('ip', 'netns', 'del', this.node);
  }
}

function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function batch(namespace: string, lines: readonly string[]): void {
  execFileSync('ip', ['-n', namespace, '-batch', '-'], { input: lines.join('\n'), stdio: ['pipe', 'ignore', 'pipe'] });
}

/** Why kernel tests cannot run here; undefined when they can. */
export function whyNoKernelTests(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root';
  const missing = ['ip', 'nsenter', 'nft', 'ping', 'clang'].filter((tool) => spawnSync('which', [tool]).status !== 0);
  return missing.length > 0 ? `needs ${missing.join(', ')}` : undefined;
}

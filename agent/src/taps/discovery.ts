import { readFile } from 'node:fs/promises';
import { readNetwork } from './network-snapshot.ts';
import { type PodInterface, podInterfaces } from './pod-interfaces.ts';
import { findInNamespaces } from './pod-namespaces.ts';

/** The node's interfaces at one moment. */
export interface Discovery {
  readonly pods: readonly PodInterface[];
  readonly uplinks: ReadonlySet<string>;
  /** Index of every interface there is. */
  readonly indices: ReadonlySet<number>;
}

/** Bridge tables and namespaces change without a sign in the files below. */
const LOOK_AGAIN_MS = 5_000;

/**
 * Finds local pods again and again. Asking iproute2 costs several processes, so it is done only when the kernel's
 * lists of interfaces and routes have changed, or every few seconds while some interface is not explained by them.
 */
export class PodDiscovery {
  #last: Discovery | undefined;
  #fingerprint = '';
  #lookAgainAtMs = 0;

  async find(nowMs: number): Promise<Discovery> {
    const fingerprint = await kernelLists();
    if (this.#last && fingerprint === this.#fingerprint && nowMs < this.#lookAgainAtMs) return this.#last;
    const snapshot = await readNetwork();
    const { pods, unexplained, uplinks } = podInterfaces(snapshot);
    const hidden = await findInNamespaces(unexplained);
    this.#fingerprint = fingerprint;
    const changing = unexplained.length > 0 || pods.some((pod) => pod.addresses.length === 0);
    this.#lookAgainAtMs = nowMs + (changing || snapshot.forwarding.length > 0 ? LOOK_AGAIN_MS : 12 * LOOK_AGAIN_MS);
    this.#last = {
      pods: [...pods, ...hidden],
      uplinks,
      indices: new Set(snapshot.links.map((link) => link.ifindex)),
    };
    return this.#last;
  }
}

/** /proc/net is that of this process's namespace. Columns that count use are left out. */
async function kernelLists(): Promise<string> {
  const [devices, routes, routes6] = await Promise.all(
    ['dev', 'route', 'ipv6_route'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  );
  const columns = (text: string, wanted: readonly number[]) =>
    text
      .split('\n')
      .map((line) => wanted.map((i) => line.trim().split(/\s+/)[i]).join(' '))
      .join('\n');
  return [columns(devices ?? '', [0]), columns(routes ?? '', [0, 1, 2, 7]), columns(routes6 ?? '', [0, 1, 4, 9])].join(
    '\n\n',
  );
}

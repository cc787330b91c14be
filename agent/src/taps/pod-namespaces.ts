import { readdir, stat } from 'node:fs/promises';
import { z } from 'zod';
import { ask } from './network-snapshot.ts';
import type { PodInterface, PodInterfaces } from './pod-interfaces.ts';

const NAMESPACES_MAX = 1_000;

/** `ip -j addr show`. */
const Address = z.object({
  ifindex: z.number(),
  link_index: z.number().optional(),
  addr_info: z.array(z.object({ local: z.string().optional(), scope: z.string().optional() })).optional(),
});

/**
 * Looks for the other end of pairs that nothing on the node explains: in the network namespaces of running processes.
 * Needs the host's PIDs (`hostPID: true`) and `nsenter`; sees nothing without them.
 */
export async function findInNamespaces(unexplained: PodInterfaces['unexplained']): Promise<PodInterface[]> {
  if (unexplained.length === 0) return [];
  const found: PodInterface[] = [];
  for (const path of await networkNamespaces()) {
    const interfaces = await ask(Address, 'nsenter', [`--net=${path}`, 'ip', '-j', 'addr', 'show']).catch(() => []);
    for (const pair of unexplained) {
      const peer = interfaces.find((end) => end.ifindex === pair.peerIndex && end.link_index === pair.index);
      if (!peer) continue;
      const addresses = (peer.addr_info ?? []).flatMap((info) =>
        info.local && info.scope !== 'link' && info.scope !== 'host' ? [info.local] : [],
      );
      found.push({ name: pair.name, index: pair.index, addresses });
    }
  }
  return found;
}

/** One path for each namespace other than our own. */
async function networkNamespaces(): Promise<string[]> {
  const own = (await stat('/proc/self/ns/net')).ino;
  const byInode = new Map<number, string>();
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const path = `/proc/${pid}/ns/net`;
    const inode = await stat(path).then(
      (stats) => stats.ino,
      () => own,
    );
    if (inode !== own && !byInode.has(inode)) byInode.set(inode, path);
  }
  return [...byInode.values()].slice(0, NAMESPACES_MAX);
}

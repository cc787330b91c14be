import { z } from 'zod';
import { askFor, iproute } from './network-snapshot.ts';
import type { PodInterface, PodInterfaces } from './pod-interfaces.ts';

/** `lsns --json`: network namespaces with a process in them; `netnsid` is how this namespace numbers them. */
const Namespaces = z.object({
  namespaces: z.array(z.object({ pid: z.number().nullable(), netnsid: z.string().nullable() })),
});
/** `ip -j addr show`. */
const Address = z.object({
  ifindex: z.number(),
  link_index: z.number().optional(),
  addr_info: z.array(z.object({ local: z.string().optional(), scope: z.string().optional() })).optional(),
});

/**
 * Looks for the other end of pairs that nothing on the node explains: in the network namespaces of running processes.
 * Needs the host's PIDs (`hostPID: true`), `lsns` and `nsenter`; sees nothing without them.
 */
export async function findInNamespaces(unexplained: PodInterfaces['unexplained']): Promise<PodInterface[]> {
  if (unexplained.length === 0) return [];
  const processes = await processOfNamespace();
  const found: PodInterface[] = [];
  for (const id of new Set(unexplained.map((pair) => pair.peerNamespace))) {
    const pid = processes.get(id);
    if (pid === undefined) continue;
    const args = [`--net=/proc/${pid}/ns/net`, 'ip', '-j', 'addr', 'show'];
    // It may be gone by now.
    const ends = await iproute(Address, 'nsenter', args).catch(() => []);
    for (const pair of unexplained.filter((candidate) => candidate.peerNamespace === id)) {
      const end = ends.find((other) => other.ifindex === pair.peerIndex && other.link_index === pair.index);
      if (end) found.push({ name: pair.name, index: pair.index, addresses: ownAddresses(end) });
    }
  }
  return found;
}

function ownAddresses(end: z.infer<typeof Address>): string[] {
  return (end.addr_info ?? []).flatMap(({ local, scope }) =>
    local && scope !== 'link' && scope !== 'host' ? [local] : [],
  );
}

/** Number of a namespace as this one has it → a process in it. */
async function processOfNamespace(): Promise<Map<number, number>> {
  const args = ['--type', 'net', '--json', '--output', 'PID,NETNSID'];
  const { namespaces } = await askFor(Namespaces, 'lsns', args).catch(() => ({ namespaces: [] }));
  const found = new Map<number, number>();
  for (const { pid, netnsid } of namespaces) {
    const id = Number(netnsid);
    if (pid !== null && netnsid !== null && Number.isInteger(id)) found.set(id, pid);
  }
  return found;
}

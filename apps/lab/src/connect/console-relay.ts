import { appendFileSync, rmSync } from 'node:fs';
import { connect, createServer, isIP, type Server } from 'node:net';
import type { NodeHelper } from '../kubelet/node-helper.ts';
import { ipBatch } from '../machine/run-command.ts';

export interface RelayPlaces {
  readonly node: string;
  /** Unix socket between the node's namespace and the machine. */
  readonly socket: string;
  /** The node's /etc/hosts. */
  readonly hostsFile: string;
}

/**
 * Makes the console's origin work inside the node's namespace under the same URL: a listener there → a unix socket → the machine's own network.
 * It is the only way out of the lab, and it leads to this one address.
 *
 * @returns a function that ends it.
 */
export async function startConsoleRelay(origin: URL, helper: NodeHelper, places: RelayPlaces): Promise<() => void> {
  const host = origin.hostname.replace(/^\[|\]$/g, '');
  const port = Number(origin.port || (origin.protocol === 'https:' ? 443 : 80));
  const server = await listenOnSocket(places.socket, host, port);
  const [first = host, ...others] = await listenAddresses(host, places);
  const ids = [first, ...others].map((address) => `console ${address}`);
  const listen = (address: string) =>
    helper.startRelay(`console ${address}`, { host: address, port }, { path: places.socket });
  await listen(first);
  // A second loopback is a convenience: `localhost` may mean ::1.
  for (const address of others) await listen(address).catch(() => {});
  return () => {
    for (const id of ids) helper.stopRelay(id);
    server.close();
    rmSync(places.socket, { force: true });
  };
}

/** Where the listener must be so that `host` leads to it, made to exist. */
async function listenAddresses(host: string, places: RelayPlaces): Promise<string[]> {
  if (host === 'localhost') return ['127.0.0.1', '::1'];
  if (!isIP(host)) {
    appendFileSync(places.hostsFile, `127.0.0.1 ${host}\n`);
    return ['127.0.0.1'];
  }
  const isLoopback = host.startsWith('127.') || host === '::1';
  if (!isLoopback) await ipBatch(places.node, [`addr add ${host}/${host.includes(':') ? 128 : 32} dev lo`]);
  return [host];
}

async function listenOnSocket(socket: string, host: string, port: number): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (inner) => {
    const outer = connect({ host, port, allowHalfOpen: true });
    inner.pipe(outer);
    outer.pipe(inner);
    inner.on('error', () => outer.destroy());
    outer.on('error', () => inner.destroy());
    inner.on('close', () => outer.destroySoon());
    outer.on('close', () => inner.destroySoon());
  });
  rmSync(socket, { force: true });
  server.listen(socket);
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', reject);
  });
  return server;
}

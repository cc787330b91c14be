// What every program of the lab shares: its configuration, its ledger, names through real DNS packets, and calls to others. Plain JavaScript: stripping types would cost each pod 11 MB and 100 ms.
import { execFile } from 'node:child_process';
import dgram from 'node:dgram';
import dns from 'node:dns/promises';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';

export const config = JSON.parse(process.env.LAB_CONFIG ?? '{}');

const ledger = process.env.LAB_LEDGER ? fs.openSync(process.env.LAB_LEDGER, 'a') : undefined;
const resolver = new dns.Resolver({ timeout: 2_000, tries: 2 });
if (config.dns) resolver.setServers(config.dns.servers);

const HOLD_MS = 2_500;
let heldUntilMs = 0;
// Who measures asks for a moment in which nothing begins; what is under way ends. One signal, no second to end it: a test that dies leaves no lab silent.
process.on('SIGUSR2', () => {
  heldUntilMs = Date.now() + HOLD_MS;
});

/** Waits before the next thing that a program does by itself; longer while a measurement holds it. */
export async function interval(ms) {
  const untilMs = Date.now() + ms;
  for (;;) {
    const leftMs = Math.max(untilMs, heldUntilMs) - Date.now();
    if (leftMs <= 0) return;
    await new Promise((resolve) => setTimeout(resolve, leftMs));
  }
}

const plain = (address) => (address?.startsWith('::ffff:') ? address.slice(7) : address);

/** One line in the ledger: what connect(), accept(), send or receive really did, with the addresses the kernel gave. */
export function record(op, protocol, socket, extra = {}) {
  if (ledger === undefined) return;
  const local = { address: plain(socket.localAddress), port: socket.localPort };
  const remote = { address: plain(socket.remoteAddress), port: socket.remotePort };
  fs.writeSync(ledger, `${JSON.stringify({ timeMs: Date.now(), op, protocol, local, remote, ...extra })}\n`);
}

/** Says that this container is up; the lab's kubelet waits for the line. */
export function ready() {
  process.stdout.write('ready\n');
}

const said = new Map();

/** A fault in the log, the same one at most every 10 s. */
export function complain(what, error) {
  const text = `${what}: ${error.message}`;
  if (Date.now() - (said.get(text) ?? 0) < 10_000) return;
  said.set(text, Date.now());
  process.stdout.write(`${new Date().toISOString()} ${text}\n`);
}

/** An address of `host`, with the search list of a pod: names with fewer than five dots are tried inside the cluster first. */
export async function lookup(host, family = 4) {
  if (net.isIP(host)) return host;
  const inside = host.split('.').length <= 5 ? config.dns.search.map((domain) => `${host}.${domain}`) : [];
  let last;
  for (const name of [...inside, host]) {
    try {
      const [address] = family === 6 ? await resolver.resolve6(name) : await resolver.resolve4(name);
      if (address) return address;
    } catch (error) {
      last = error;
      if (error.code !== 'ENOTFOUND' && error.code !== 'ENODATA') break;
    }
  }
  throw new Error(`no address for ${host}: ${last?.code ?? 'no answer'}`);
}

function connect(options) {
  const socket = net.connect(options);
  let connected = false;
  socket.once('connect', () => {
    connected = true;
    record('connect', 'TCP', socket);
  });
  socket.once('error', (error) => {
    if (connected) return;
    const target = {
      remoteAddress: options.host,
      remotePort: options.port,
      localAddress: socket.localAddress,
      localPort: socket.localPort,
    };
    record('fail', 'TCP', target, { error: error.code ?? error.message });
  });
  return socket;
}

class LedgerAgent extends http.Agent {
  createConnection(options) {
    return connect({ host: options.host, port: options.port, localAddress: options.localAddress });
  }
}

// Idle connections close here before the server's own, longer, limit: no request meets a closing socket.
// Node's TCP keep-alive of 1 s is off: an idle connection says nothing, so that windows can be cut between packets.
const keptAlive = new LedgerAgent({ keepAlive: true, keepAliveMsecs: 60_000, timeout: 20_000 });
const once = new LedgerAgent({ keepAlive: false });

async function callHttp(call) {
  const host = await lookup(call.host, call.family);
  return await new Promise((resolve, reject) => {
    const request = http.request(
      {
        host,
        port: call.port,
        path: call.path ?? '/',
        localAddress: call.localAddress,
        agent: call.keepAlive ? keptAlive : once,
        headers: { host: call.host },
        timeout: 5_000,
      },
      (response) => {
        let size = 0;
        response.on('data', (chunk) => {
          size += chunk.length;
        });
        response.on('end', () => resolve({ status: response.statusCode, size }));
        response.on('error', reject);
      },
    );
    request.on('timeout', () => request.destroy(new Error('no answer in 5 s')));
    request.on('error', reject);
    request.end();
  });
}

async function callLine(call) {
  const host = await lookup(call.host, call.family);
  return await new Promise((resolve, reject) => {
    const socket = connect({ host, port: call.port });
    socket.setTimeout(5_000, () => socket.destroy(new Error('no answer in 5 s')));
    socket.once('connect', () => socket.write(`${call.path ?? 'PING'}\r\n`));
    socket.once('data', (chunk) => {
      socket.end();
      resolve({ size: chunk.length });
    });
    socket.once('error', reject);
  });
}

const datagramSockets = new Map();

async function callDatagram(call) {
  const host = await lookup(call.host, call.family);
  const key = `${host} ${call.port}`;
  let socket = datagramSockets.get(key);
  if (!socket) {
    socket = dgram.createSocket(net.isIPv6(host) ? 'udp6' : 'udp4');
    datagramSockets.set(key, socket);
    socket.on('error', (error) => complain(`datagram to ${call.host}`, error));
    await new Promise((resolve) => socket.connect(call.port, host, resolve));
  }
  await new Promise((resolve, reject) =>
    socket.send(call.path ?? 'ping:1|c', (error) => (error ? reject(error) : resolve())),
  );
  const { address, port } = socket.address();
  record('send', 'UDP', { localAddress: address, localPort: port, remoteAddress: host, remotePort: call.port });
}

async function callPing(call) {
  const host = await lookup(call.host, call.family);
  await new Promise((resolve, reject) => {
    execFile('ping', ['-n', '-c', '1', '-W', '2', host], (error) =>
      error ? reject(new Error(`no echo from ${host}`)) : resolve(),
    );
  });
  record('send', 'ICMP', { remoteAddress: host });
}

const CALLS = { http: callHttp, line: callLine, datagram: callDatagram, ping: callPing };

/** Calls one peer as the configuration describes it. */
export async function call(target) {
  return await CALLS[target.kind](target);
}

/** Calls all at once; @returns how many failed. */
export async function callAll(targets) {
  const results = await Promise.allSettled(targets.map(call));
  for (const [index, result] of results.entries())
    if (result.status === 'rejected')
      complain(`call to ${targets[index].host}:${targets[index].port ?? ''}`, result.reason);
  return results.filter((result) => result.status === 'rejected').length;
}

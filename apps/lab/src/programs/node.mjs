// What the lab runs inside the node's network namespace besides pods: relays between TCP and unix sockets, and the kubelet's probes. Commands come as lines of JSON on stdin, results go out the same way.
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import readline from 'node:readline';
import { interval, ready, record } from './runtime.mjs';

const relays = new Map();
const probes = new Map();
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

/** `{from: {host, port} | {path}, to: {host, port} | {path}}` */
function startRelay({ id, from, to }) {
  const server = net.createServer({ allowHalfOpen: true }, (inner) => {
    const outer = net.connect({ ...to, allowHalfOpen: true });
    for (const [one, other] of [
      [inner, outer],
      [outer, inner],
    ]) {
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroySoon());
    }
  });
  server.on('error', (error) => say({ relay: id, error: error.message }));
  if (from.path) fs.rmSync(from.path, { force: true });
  server.listen(from, () => say({ relay: id, listening: true }));
  relays.set(id, server);
}

function probeOnce({ kind, host, port, path }) {
  return new Promise((resolve) => {
    const finish = (ok) => {
      socket.destroy();
      resolve(ok);
    };
    const socket = net.connect({ host, port });
    socket.setTimeout(2_000, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('connect', () => {
      record('connect', 'TCP', socket);
      if (kind === 'tcp') return finish(true);
      const request = http.get(
        { createConnection: () => socket, path, headers: { host, connection: 'close' } },
        (response) => {
          response.resume();
          response.on('end', () => finish(response.statusCode >= 200 && response.statusCode < 400));
        },
      );
      request.on('error', () => finish(false));
    });
  });
}

async function runProbe(probe) {
  while (probes.get(probe.id) === probe) {
    say({ probe: probe.id, ok: await probeOnce(probe) });
    await interval(probe.periodMs);
  }
}

function startProbe(probe) {
  probes.set(probe.id, probe);
  void runProbe(probe);
}

const COMMANDS = {
  relay: startRelay,
  unrelay: ({ id }) => {
    relays.get(id)?.close();
    relays.delete(id);
  },
  probe: startProbe,
  unprobe: ({ id }) => probes.delete(id),
};

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const { command, ...options } = JSON.parse(line);
  COMMANDS[command](options);
});
ready();

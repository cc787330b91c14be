// One workload of the test's application: `node workload.mjs '<JSON>'`. Plain Node 20, nothing else: it also runs outside the cluster.
//   {"tcp": [8080], "udp": [9000],                              what it serves: every byte comes back
//    "calls": [{"name": "api", "host": "api", "port": 80, "protocol": "tcp", "count": 20, "everyMs": 500}]}
// It keeps the ledger: each connection that it made, by the call's name, and each that it accepted, by port and the other's address.
// The last line of its log is the ledger as JSON, written anew whenever it changed; `done` once all calls are made.
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { connect, createServer } from 'node:net';

const TIMEOUT_MS = 5_000;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const expand = (text) => text.replace(/\$\(([A-Z_]+)\)/g, (_, name) => process.env[name] ?? '');

const { tcp = [], udp = [], calls = [], exit = false } = JSON.parse(process.argv[2] ?? '{}');
const ledger = { made: {}, failed: {}, accepted: {}, done: false };
let printed = '';
const print = () => {
  const line = JSON.stringify(ledger);
  if (line !== printed) process.stdout.write(`${line}\n`);
  printed = line;
};
const count = (of, key) => {
  of[key] = (of[key] ?? 0) + 1;
};

for (const port of tcp) {
  createServer((socket) => {
    count(ledger.accepted, `tcp ${port} ${socket.remoteAddress.replace('::ffff:', '')}`);
    socket.on('error', () => {});
    socket.pipe(socket);
  }).listen(port);
}
for (const port of udp) {
  const socket = createSocket('udp4');
  socket.on('message', (data, from) => {
    count(ledger.accepted, `udp ${port} ${from.address}`);
    socket.send(data, from.port, from.address);
  });
  socket.bind(port);
}

/** A connection that asks, hears and ends. */
function callTcp(host, port) {
  return new Promise((done, fail) => {
    const socket = connect({ host, port, family: 4 });
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('timeout')));
    socket.on('connect', () => socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'));
    socket.on('data', () => socket.end());
    socket.on('error', fail);
    socket.on('close', (hadError) => !hadError && done());
  });
}

function callUdp(host, port) {
  return new Promise((done, fail) => {
    const socket = createSocket('udp4');
    const timer = setTimeout(() => end(new Error('timeout')), TIMEOUT_MS);
    const end = (error) => {
      clearTimeout(timer);
      socket.close();
      if (error) fail(error);
      else done();
    };
    socket.on('error', end);
    socket.on('message', () => end());
    socket.send('ping', port, host);
  });
}

async function make({ name, host, port, protocol = 'tcp', count: times, everyMs }) {
  const address = await resolve(expand(host));
  for (let made = 0; made < times; ) {
    try {
      await (protocol === 'udp' ? callUdp(address, port) : callTcp(address, port));
      count(ledger.made, name);
      made += 1;
    } catch (error) {
      count(ledger.failed, `${name}: ${error.code ?? error.message}`);
    }
    await pause(everyMs);
  }
}

/** Names appear with their pods and Services: asked until they do. */
async function resolve(host) {
  for (;;) {
    try {
      return (await lookup(host, { family: 4 })).address;
    } catch {
      await pause(500);
    }
  }
}

setInterval(print, 300).unref();
await Promise.all(calls.map(make));
ledger.done = true;
print();
if (exit) process.exit(0);

// One workload of the test's application: `node workload.mjs '<JSON>'`. Plain Node 20, nothing else: it also runs outside the cluster.
//   {"tcp": [8080], "udp": [9000],                              what it serves: every byte comes back
//    "calls": [{"name": "api", "host": "api", "port": 80, "protocol": "tcp", "count": 20, "everyMs": 500}]}
// It keeps the ledger: each connection that it made, by call, and each that it accepted, by port and the other's address.
// The last line of its log is the ledger as JSON, written anew whenever it changed; `done` once all calls are made.
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';

const TIMEOUT_MS = 5_000;
/** A Service's pods are ready before every kube-proxy knows of them: until then it refuses. */
const SETTLE_MS = 2_500;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const { tcp = [], udp = [], calls = [], exit = false } = JSON.parse(process.argv[2] ?? '{}');
const ledger = { made: {}, failed: {}, accepted: {}, done: false };
const listening = [];
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
  const server = createServer((socket) => {
    count(ledger.accepted, `tcp ${port} ${socket.remoteAddress.replace('::ffff:', '')}`);
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  listening.push(new Promise((done) => server.listen(port, done)));
}
for (const port of udp) {
  const socket = createSocket('udp4');
  socket.on('message', (data, from) => {
    count(ledger.accepted, `udp ${port} ${from.address}`);
    socket.send(data, from.port, from.address);
  });
  listening.push(new Promise((done) => socket.bind(port, done)));
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

/** Each from a port of its own, so that each is a connection of its own. */
let nextPort = 20_000 + Math.floor(Math.random() * 20_000);
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
    socket.bind(nextPort++, () => socket.send('ping', port, host));
  });
}

async function make({ name, host, port, protocol = 'tcp', count: times, everyMs }) {
  const address = await resolve(host);
  await pause(SETTLE_MS);
  const key = `${name} ${protocol} ${port} ${address}`;
  for (let made = 0; made < times; ) {
    try {
      await (protocol === 'udp' ? callUdp(address, port) : callTcp(address, port));
      count(ledger.made, key);
      made += 1;
    } catch (error) {
      count(ledger.failed, `${key}: ${error.code ?? error.message}`);
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
await Promise.all(listening);
if (process.env.READY_FILE) writeFileSync(process.env.READY_FILE, '');
await Promise.all(calls.map(make));
ledger.done = true;
print();
if (exit) process.exit(0);

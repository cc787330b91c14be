// One workload of an application: it serves (HTTP, lines over TCP, datagrams), calls others per request, and may drive traffic by itself.
import dgram from 'node:dgram';
import http from 'node:http';
import net from 'node:net';
import { callAll, complain, config, interval, ready, record } from './runtime.mjs';

function serveHttp({ port }) {
  // Longer than callers keep idle connections.
  const server = http.createServer({ keepAliveTimeout: 60_000 }, async (request, response) => {
    const path = new URL(request.url, 'http://lab').pathname;
    const failed = await callAll(config.routes?.[path] ?? []);
    response.writeHead(failed > 0 ? 502 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ service: config.name, path, failed, filler: 'x'.repeat(config.bodySize ?? 64) }));
  });
  server.on('connection', (socket) => record('accept', 'TCP', socket));
  return listening(server, port);
}

function serveLines({ port }) {
  const values = new Map();
  const server = net.createServer((socket) => {
    record('accept', 'TCP', socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      for (const line of chunk.toString().split('\r\n').filter(Boolean)) socket.write(answer(values, line));
    });
  });
  return listening(server, port);
}

function answer(values, line) {
  const [command, key, value] = line.split(' ');
  if (command === 'SET') values.set(key, value);
  if (command === 'GET') return `$${values.get(key) ?? ''}\r\n`;
  return command === 'PING' ? '+PONG\r\n' : '+OK\r\n';
}

function serveDatagrams({ port }) {
  const socket = dgram.createSocket('udp6');
  socket.on('message', (message, from) => {
    const target = { localPort: port, remoteAddress: from.address, remotePort: from.port };
    record('receive', 'UDP', target, { bytes: message.length });
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, resolve);
  });
}

function listening(server, port) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '::', resolve);
  });
}

const SERVERS = { http: serveHttp, line: serveLines, datagram: serveDatagrams };
const steps = config.steps ?? [];

/** The first step comes after one interval: who is started beside this one is there by then. */
async function drive() {
  for (let index = 0; ; index++) {
    await interval(config.everyMs);
    await callAll(steps[index % steps.length]);
  }
}

async function runOnce() {
  let failed = 0;
  for (const step of steps) {
    failed += await callAll(step);
    await interval(config.everyMs);
  }
  process.exit(failed > 0 ? 1 : 0);
}

await Promise.all((config.listens ?? []).map((listen) => SERVERS[listen.kind](listen)));
ready();
if (config.once) await runOnce();
else if (steps.length > 0) await drive();
process.on('unhandledRejection', (error) => complain('unexpected', error));

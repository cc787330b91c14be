// A DNS server over UDP and TCP: kube-dns (names from the Kubernetes API, the rest from an upstream) or the resolver of the outside world (a fixed table).
import dgram from 'node:dgram';
import http from 'node:http';
import net from 'node:net';
import packet from 'dns-packet';
import { clusterNames } from './cluster-names.mjs';
import { complain, config, ready, record } from './runtime.mjs';

const TTL_SECONDS = 5;
const UDP_LIMIT_BYTES = 512;
const names = config.zone ? await clusterNames(config.zone) : undefined;

/** `{code, addresses}`: NXDOMAIN is 3; NOERROR without addresses says "not in this family". */
function answerHere(name, type) {
  const known = names ? names.find(name) : config.records[name]?.map((address) => ({ address }));
  if (!known) return { code: 3, addresses: [] };
  const wanted = type === 'AAAA' ? 6 : type === 'A' ? 4 : 0;
  return { code: 0, addresses: known.map(({ address }) => address).filter((address) => net.isIP(address) === wanted) };
}

async function answer(message) {
  const query = packet.decode(message);
  const [question] = query.questions;
  if (!question) return packet.encode({ type: 'response', id: query.id, flags: 1 });
  const name = question.name.toLowerCase();
  const isOurs = !config.zone || name === config.zone || name.endsWith(`.${config.zone}`);
  if (!isOurs && config.upstream) return await forward(message).catch(() => refuse(query, 2));
  const { code, addresses } = answerHere(name, question.type);
  return packet.encode({
    type: 'response',
    id: query.id,
    flags: (query.flags & packet.RECURSION_DESIRED) | packet.AUTHORITATIVE_ANSWER | packet.RECURSION_AVAILABLE | code,
    questions: [question],
    answers: addresses.map((data) => ({ name: question.name, type: question.type, ttl: TTL_SECONDS, data })),
  });
}

const refuse = (query, code) =>
  packet.encode({ type: 'response', id: query.id, flags: code, questions: query.questions });

function forward(message) {
  return new Promise((resolve, reject) => {
    const socket = dgram.createSocket('udp4');
    const done = (settle, value) => {
      clearTimeout(timer);
      socket.close();
      settle(value);
    };
    const timer = setTimeout(() => done(reject, new Error('upstream is silent')), 2_000);
    socket.once('error', (error) => done(reject, error));
    socket.once('message', (reply) => done(resolve, reply));
    socket.connect(53, config.upstream, () => {
      const { address, port } = socket.address();
      record('send', 'UDP', { localAddress: address, localPort: port, remoteAddress: config.upstream, remotePort: 53 });
      socket.send(message);
    });
  });
}

function serveUdp(port) {
  const socket = dgram.createSocket(config.address ? 'udp4' : 'udp6');
  socket.on('message', async (message, from) => {
    record('receive', 'UDP', { localPort: port, remoteAddress: from.address, remotePort: from.port });
    try {
      const reply = await answer(message);
      // Too long for UDP: an empty answer that says "ask again over TCP".
      const fits = reply.length <= UDP_LIMIT_BYTES;
      socket.send(fits ? reply : refuse(packet.decode(message), packet.TRUNCATED_RESPONSE), from.port, from.address);
    } catch (error) {
      complain('query', error);
    }
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, config.address, resolve);
  });
}

function serveTcp(port) {
  const server = net.createServer((socket) => {
    record('accept', 'TCP', socket);
    let buffered = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', async (chunk) => {
      buffered = Buffer.concat([buffered, chunk]);
      while (buffered.length >= 2 && buffered.length >= 2 + buffered.readUInt16BE(0)) {
        const end = 2 + buffered.readUInt16BE(0);
        const message = buffered.subarray(2, end);
        buffered = buffered.subarray(end);
        try {
          const reply = await answer(message);
          const length = Buffer.alloc(2);
          length.writeUInt16BE(reply.length);
          socket.write(Buffer.concat([length, reply]));
        } catch (error) {
          complain('query over TCP', error);
          socket.destroy();
        }
      }
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, config.address ?? '::', resolve);
  });
}

await Promise.all([serveUdp(config.port), serveTcp(config.port)]);
if (config.healthPort) {
  const health = http.createServer((_request, response) => response.end('ok'));
  health.on('connection', (socket) => record('accept', 'TCP', socket));
  await new Promise((resolve) => health.listen(config.healthPort, '::', resolve));
}
ready();

// Asks a DNS server over UDP or TCP from inside a namespace: `ask-dns.mjs udp|tcp <server> <name> <type>`; prints `{code, answers}`.
import dgram from 'node:dgram';
import net from 'node:net';
import packet from 'dns-packet';

const [protocol, server, name, type] = process.argv.slice(2);
const query = { type: 'query', id: 7, flags: packet.RECURSION_DESIRED, questions: [{ name, type }] };
setTimeout(() => process.exit(1), 5_000).unref();

function print(reply) {
  console.log(
    JSON.stringify({
      code: reply.rcode,
      answers: reply.answers.map((answer) => answer.data),
      truncated: reply.flag_tc,
    }),
  );
  process.exit(0);
}

if (protocol === 'udp') {
  const socket = dgram.createSocket('udp4');
  socket.on('message', (message) => print(packet.decode(message)));
  socket.send(packet.encode(query), 53, server);
} else {
  const socket = net.connect(53, server, () => socket.write(packet.streamEncode(query)));
  let received = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    if (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) print(packet.streamDecode(received));
  });
}

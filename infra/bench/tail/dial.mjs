// Opens one connection to each of PORTS in turn and prints when its SYN was asked for: `dial.mjs HOST FIRST LAST EVERY_MS`. With `serve FIRST LAST` it answers them.
import { connect, createServer } from 'node:net';

const [first, ...rest] = process.argv.slice(2);
if (first === 'serve') {
  for (let port = Number(rest[0]); port <= Number(rest[1]); port++)
    createServer((socket) => socket.on('error', () => undefined).end('x')).listen(port, '0.0.0.0');
  setTimeout(() => process.exit(), 300_000);
} else {
  const [from, to, everyMs] = rest.map(Number);
  for (let port = from; port <= to; port++) {
    const atMs = Date.now();
    connect(port, first)
      .on('error', () => undefined)
      .resume();
    console.log(JSON.stringify({ port, atMs }));
    await new Promise((done) => setTimeout(done, everyMs));
  }
}

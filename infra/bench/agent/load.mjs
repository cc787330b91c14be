// New TCP connections at a steady rate: `load.mjs server PORTS SECONDS`, `load.mjs client HOST PORTS PER_SECOND SECONDS`. PORTS: first-last.
import { connect, createServer } from 'node:net';

const [role, ...args] = process.argv.slice(2);
if (role === 'server') serve(rangeOf(args[0]), Number(args[1]));
else call(args[0], rangeOf(args[1]), Number(args[2]), Number(args[3]));

function serve(ports, seconds) {
  setTimeout(() => process.exit(), seconds * 1_000);
  for (const port of ports)
    createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (data) => socket.write(data));
    }).listen(port, '0.0.0.0');
}

function call(host, ports, perSecond, seconds) {
  const began = Date.now();
  let [made, connected, answered, failed] = [0, 0, 0, 0];
  const timer = setInterval(() => {
    const due = Math.min(perSecond * seconds, ((Date.now() - began) * perSecond) / 1_000);
    while (made < due) {
      const socket = connect(ports[made++ % ports.length], host, () => {
        connected++;
        socket.write('x');
      });
      let got = false;
      // A reset, not a farewell: a minute of connections that linger would fill the node's conntrack, and that drops packets.
      socket.on('data', () => {
        got = true;
        socket.resetAndDestroy();
      });
      socket.on('error', () => undefined);
      socket.on('close', () => {
        if (got) answered++;
        else failed++;
        if (made >= perSecond * seconds && answered + failed === made) finish();
      });
    }
    if (made >= perSecond * seconds) clearInterval(timer);
  }, 5);
  const finish = () => {
    const { userCPUTime, systemCPUTime } = process.resourceUsage();
    const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6;
    console.log(
      JSON.stringify({ made, connected, answered, failed, seconds: (Date.now() - began) / 1_000, cpuSeconds }),
    );
  };
}

function rangeOf(text) {
  const [first, last] = text.split('-').map(Number);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

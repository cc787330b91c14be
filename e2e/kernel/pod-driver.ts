import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { serve } from './remote.ts';

const open = new Map<number, Socket>();
const echoes = new Map<number, ReturnType<typeof createSocket>>();
let nextSocket = 1;

/** Real sockets in a pod. */
const handlers = {
  /** A TCP server that reads `requestBytes`, answers with `replyBytes` and closes. Returns its port. */
  listenTcp: async (host: string, requestBytes: number, replyBytes: number): Promise<number> => {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      let received = 0;
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        received += chunk.length;
        if (received === requestBytes) socket.end(Buffer.alloc(replyBytes));
      });
    });
    server.listen(0, host, 4096);
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' && address ? address.port : 0;
  },
  /** One TCP connection, request and reply, closed by both. Returns its local port and what came back. */
  requestTcp: async (host: string, port: number, requestBytes: number): Promise<{ port: number; bytes: number }> => {
    const socket = connect({ host, port, allowHalfOpen: true });
    await once(socket, 'connect');
    const local = socket.localPort ?? 0;
    let bytes = 0;
    socket.on('data', (chunk) => {
      bytes += chunk.length;
    });
    socket.write(Buffer.alloc(requestBytes));
    await once(socket, 'end');
    socket.end();
    await once(socket, 'close');
    return { port: local, bytes };
  },
  /** `count` connections, `parallel` at a time. */
  requestsTcp: async (
    host: string,
    port: number,
    requestBytes: number,
    count: number,
    parallel: number,
  ): Promise<void> => {
    let left = count;
    const worker = async () => {
      while (left-- > 0) await handlers.requestTcp(host, port, requestBytes);
    };
    await Promise.all(Array.from({ length: parallel }, worker));
  },
  /** Opens a connection and keeps it. */
  openTcp: async (host: string, port: number): Promise<number> => {
    const socket = connect({ host, port, allowHalfOpen: true });
    socket.on('error', () => {});
    await once(socket, 'connect');
    open.set(nextSocket, socket);
    return nextSocket++;
  },
  sendTcp: (id: number, bytes: number): Promise<void> =>
    new Promise((resolve) => open.get(id)?.write(Buffer.alloc(bytes), () => resolve())),
  closeTcp: async (id: number): Promise<void> => {
    const socket = open.get(id);
    socket?.end();
    socket?.resume();
    if (socket) await once(socket, 'close');
  },
  /** The errno name with which connecting fails, or `''`. */
  tryTcp: (host: string, port: number, timeoutMs: number): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect({ host, port });
      const timer = setTimeout(() => {
        socket.destroy();
        resolve('TIMEOUT');
      }, timeoutMs);
      socket.once('connect', () => {
        clearTimeout(timer);
        socket.destroy();
        resolve('');
      });
      socket.once('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        resolve(error.code ?? 'ERROR');
      });
    }),
  /** A UDP server that sends back what it gets. Returns its port. */
  echoUdp: async (host: string): Promise<number> => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    socket.on('message', (data, from) => socket.send(data, from.port, from.address));
    socket.bind(0, host);
    await once(socket, 'listening');
    echoes.set(socket.address().port, socket);
    return socket.address().port;
  },
  /** A datagram that nobody asked for, from the socket of `echoUdp`. */
  pushUdp: (from: number, host: string, port: number): Promise<void> =>
    new Promise((resolve) => echoes.get(from)?.send(Buffer.alloc(10), port, host, () => resolve())),
  /** Sends `count` datagrams, waits for each to come back. Returns the local port. */
  requestUdp: async (host: string, port: number, bytes: number, count: number): Promise<number> => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    socket.bind(0);
    await once(socket, 'listening');
    for (let i = 0; i < count; i++) {
      const back = once(socket, 'message');
      socket.send(Buffer.alloc(bytes), port, host);
      await back;
    }
    const local = socket.address().port;
    socket.close();
    return local;
  },
};
export type PodHandlers = typeof handlers;

serve(handlers);

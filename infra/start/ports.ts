import { createServer } from 'node:net';
import { MargayError } from '@margay/model';

/** Whether `port` can be bound on `host` now. */
export function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * The asked port, or the first free one from 3000.
 *
 * @throws MargayError CONFLICT when the asked port is busy or may not be bound.
 */
export async function choosePort(asked: number | undefined, host: string): Promise<number> {
  if (asked !== undefined) {
    if (await isFree(asked, host)) return asked;
    throw new MargayError(
      'CONFLICT',
      `PORT ${asked} on ${host} is taken or may not be used. Free it, or give another: PORT=3001 npm start`,
    );
  }
  for (let port = 3000; port < 3100; port++) if (await isFree(port, host)) return port;
  throw new MargayError('CONFLICT', 'No free port from 3000 to 3099. Give one: PORT=8080 npm start');
}

/** A port nobody uses, for a child on loopback. */
export function anyPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

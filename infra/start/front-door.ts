import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createProxyServer } from 'httpxy';

export interface FrontDoorOptions {
  readonly host: string;
  readonly port: number;
  readonly consolePort: number;
  readonly ingestPort: number;
  readonly version: string;
}

/** What agents and kubectl talk to goes to ingest; all else is the console's. */
export function isForIngest(url: string): boolean {
  const path = url.split('?', 1)[0] ?? '';
  return path.startsWith('/api/agent/') || path.startsWith('/install/');
}

/**
 * The one public origin: streams requests to console or ingest, never buffers a body. `GET /healthz` answers for the whole: 200 when both sides do.
 *
 * @returns the listening server.
 */
export async function openFrontDoor(options: FrontDoorOptions): Promise<Server> {
  const proxy = createProxyServer({ xfwd: true, changeOrigin: false });
  proxy.on('error', (_error, _request, response) => {
    if (response && 'writeHead' in response && !response.headersSent)
      answer(response as ServerResponse, 503, {
        code: 'UNAVAILABLE',
        message: 'Margay is starting or restarting this part. Try again in a few seconds.',
        retryable: true,
      });
    else response?.destroy();
  });
  const server = createServer((request, response) => {
    if (request.url === '/healthz') return void health(options, response);
    const port = isForIngest(request.url ?? '/') ? options.ingestPort : options.consolePort;
    proxy.web(request, response, { target: `http://127.0.0.1:${port}` }).catch(() => response.destroy());
  });
  server.on('upgrade', (_request: IncomingMessage, socket) => socket.destroy());
  // Live streams stay open for hours; a slow sender of headers does not.
  server.requestTimeout = 0;
  server.headersTimeout = 20_000;
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(options.port, options.host, resolve),
  );
  return server;
}

async function health({ consolePort, ingestPort, version }: FrontDoorOptions, response: ServerResponse): Promise<void> {
  const up = await Promise.all(
    [consolePort, ingestPort].map((port) =>
      fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(2_000) }).then(
        (r) => r.ok,
        () => false,
      ),
    ),
  );
  const [console_, ingest] = up;
  answer(response, up.every(Boolean) ? 200 : 503, {
    state: up.every(Boolean) ? 'ok' : 'degraded',
    version,
    parts: { console: console_, ingest },
  });
}

function answer(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(body));
}

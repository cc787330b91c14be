import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { uuid7 } from '@margay/db';
import type { Logger } from 'pino';
import { Refusal, toRefusal } from './refusal.ts';
import { enroll } from './routes/enroll.ts';
import { receiveFlows } from './routes/flows.ts';
import { receiveHeartbeat } from './routes/heartbeat.ts';
import { install } from './routes/install.ts';
import { receiveInventory } from './routes/inventory.ts';
import { type Answer, type IngestDeps, json, type Route } from './routes/route.ts';
import { receiveTrouble } from './routes/trouble.ts';

const ROUTES: Readonly<Record<string, { readonly method: string; readonly run: Route }>> = {
  '/api/agent/flows': { method: 'POST', run: receiveFlows },
  '/api/agent/heartbeat': { method: 'POST', run: receiveHeartbeat },
  '/api/agent/inventory': { method: 'POST', run: receiveInventory },
  '/api/agent/enroll': { method: 'POST', run: enroll },
  '/api/agent/trouble': { method: 'POST', run: receiveTrouble },
  '/install/': { method: 'GET', run: install },
};
/** How long a refused sender may go on sending into nothing before it is cut off: it must get to read the answer. */
const LINGER_MS = 2_000;
const LINGER_BYTES = 8 << 20;

export interface IngestServer {
  readonly server: Server;
  /** Takes no new request, lets running ones end. */
  close(): Promise<void>;
}

/** The HTTP side of ingest: finds the route, answers, maps errors, counts. Listens when the caller says so. */
export function createIngestServer(deps: IngestDeps, log: Logger, isHealthy: () => Promise<boolean>): IngestServer {
  let stopping = false;
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const { name, run } = routeOf(request);
    const ending = (): Record<string, string> => (stopping ? { connection: 'close' } : {});
    const own = await ownRoute(deps, name, stopping, isHealthy);
    if (own) return send(request, response, own, ending());
    const startedAt = performance.now();
    deps.metrics.inFlight.inc();
    const requestId = uuid7();
    let status = 500;
    try {
      const answer = await run({ deps, request, requestId, receivedAt: new Date() });
      status = answer.status;
      send(request, response, answer, ending());
    } catch (error) {
      const { refusal, known } = toRefusal(error);
      status = refusal.status;
      log[known ? 'debug' : 'error']({ err: error, requestId, route: name, status }, 'request refused');
      sendRefusal(request, response, refusal, requestId);
    } finally {
      deps.metrics.inFlight.dec();
      deps.metrics.requests.inc({ route: name, status });
      deps.metrics.seconds.observe({ route: name }, (performance.now() - startedAt) / 1000);
    }
  };
  const server = createServer(
    {
      // Slow senders: headers within 10 s, the whole request within 60.
      headersTimeout: 10_000,
      requestTimeout: 60_000,
      connectionsCheckingInterval: 5_000,
      keepAliveTimeout: 75_000,
      maxHeaderSize: 16 << 10,
    },
    (request, response) => void handle(request, response),
  );
  server.maxConnections = 10_000;
  return {
    server,
    close: async () => {
      stopping = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), 6_000);
      await closed;
      clearTimeout(cut);
    },
  };
}

const unknown: Route = async () => {
  throw new Refusal(404, { code: 'NOT_FOUND', message: 'there is nothing here', retryable: false });
};

function routeOf(request: IncomingMessage): { name: string; run: Route } {
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  if (path === '/healthz' || path === '/metrics') return { name: path, run: unknown };
  const name = path.startsWith('/install/') ? '/install/' : path;
  const route = Object.hasOwn(ROUTES, name) ? ROUTES[name] : undefined;
  if (!route) return { name: 'unknown', run: unknown };
  const wrong = request.method !== route.method && !(route.method === 'GET' && request.method === 'HEAD');
  if (!wrong) return { name, run: route.run };
  return {
    name,
    run: async () => {
      throw new Refusal(405, { code: 'VALIDATION', message: `use ${route.method} here`, retryable: false });
    },
  };
}

async function ownRoute(
  deps: IngestDeps,
  name: string,
  stopping: boolean,
  isHealthy: () => Promise<boolean>,
): Promise<Answer | null> {
  if (name === '/metrics')
    return { status: 200, type: deps.metrics.registry.contentType, body: await deps.metrics.registry.metrics() };
  if (name !== '/healthz') return null;
  const state = stopping ? 'stopping' : (await isHealthy()) ? 'ok' : 'degraded';
  return json({ state, version: deps.version }, state === 'ok' ? 200 : 503);
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, type, body }: Answer,
  headers: Record<string, string>,
): void {
  response
    .writeHead(status, {
      'content-type': type,
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    })
    .end(request.method === 'HEAD' ? undefined : body);
}

function sendRefusal(request: IncomingMessage, response: ServerResponse, refusal: Refusal, requestId: string): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  const unread = !request.complete;
  const { retryAfterSeconds } = refusal;
  send(request, response, json(refusal.body, refusal.status), {
    'margay-request': requestId,
    ...(retryAfterSeconds !== null && { 'retry-after': String(retryAfterSeconds) }),
    ...(unread && { connection: 'close' }),
  });
  if (unread) linger(request);
}

/** Swallows a bounded rest of an unread body, then cuts: closing at once would reset the connection before the answer is read. */
function linger(request: IncomingMessage): void {
  const { socket } = request;
  let bytes = 0;
  const cut = setTimeout(() => socket.destroy(), LINGER_MS);
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > LINGER_BYTES) socket.destroy();
  });
  request.on('error', () => undefined);
  socket.once('close', () => clearTimeout(cut));
  request.resume();
}

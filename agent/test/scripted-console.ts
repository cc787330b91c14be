import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { zstdDecompressSync } from 'node:zlib';
import { renderInstallManifest } from '@margay/manifest';
import type { Peer } from '@margay/model';
import { decodeBatch, type FlowBatch, Heartbeat, InventoryUpload, TroubleReport } from '@margay/wire';

/** What the install manifest of a scripted console carries. */
export const INSTALL_TOKEN = `mgt_${'0'.repeat(64)}`;

export interface Seen {
  readonly path: string;
  readonly bearer: string;
  readonly status: number;
}

/** What a test wants answered instead of the usual: a status with its body and headers, or null for the usual. */
export type Override = (
  path: string,
  bearer: string,
) => { status: number; body?: unknown; headers?: Record<string, string> } | null;

/** A console's agent side over real HTTP, in memory: it decodes what it gets with the wire's own code and counts a batch id once. */
export interface ScriptedConsole {
  readonly origin: string;
  readonly seen: Seen[];
  readonly batches: FlowBatch[];
  readonly heartbeats: Heartbeat[];
  readonly inventories: InventoryUpload[];
  readonly troubles: string[];
  readonly peers: Map<string, Peer>;
  override: Override;
  lease: { flushMs: number; untilMs: number } | null;
  /** Credentials that enrolment gives out, in turn. */
  readonly issued: { id: string; secret: string }[];
  /** Bearers that are taken. */
  readonly accepted: Set<string>;
  stop(): Promise<void>;
}

export async function startScriptedConsole(wantedPort = 0): Promise<ScriptedConsole> {
  const state: Omit<ScriptedConsole, 'origin' | 'stop'> = {
    seen: [],
    batches: [],
    heartbeats: [],
    inventories: [],
    troubles: [],
    peers: new Map(),
    override: () => null,
    lease: null,
    issued: [],
    accepted: new Set(),
  };
  const ids = new Set<string>();
  const console: ScriptedConsole = Object.assign(state, { origin: '', stop: async () => {} });
  const server = createServer((request, response) => void answer(request, response));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = request.url ?? '';
    const bearer = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    if (path.startsWith('/install/')) {
      response.end(
        renderInstallManifest({ consoleUrl: console.origin, token: INSTALL_TOKEN, image: 'margay/agent:test' }),
      );
      return;
    }
    const { status, body, headers } = console.override(path, bearer) ?? usual(path, bearer, Buffer.concat(chunks));
    console.seen.push({ path, bearer, status });
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body ?? {}));
  }

  function usual(
    path: string,
    bearer: string,
    body: Buffer,
  ): { status: number; body?: unknown; headers?: Record<string, string> } {
    if (path === '/api/agent/enroll') return enroll(bearer);
    if (path === '/api/agent/trouble') {
      console.troubles.push(TroubleReport.parse(JSON.parse(body.toString('utf8'))).message);
      return { status: 200, body: {} };
    }
    if (!console.accepted.has(bearer)) {
      return { status: 401, body: { code: 'UNAUTHENTICATED', message: 'not valid (any more)', retryable: false } };
    }
    if (path === '/api/agent/heartbeat') {
      console.heartbeats.push(Heartbeat.parse(JSON.parse(body.toString('utf8'))));
      return { status: 200, body: { receivedAtMs: Date.now(), desired: { flushMs: 5_000 } } };
    }
    if (path === '/api/agent/inventory') {
      console.inventories.push(InventoryUpload.parse(JSON.parse(zstdDecompressSync(body).toString('utf8'))));
      return { status: 200, body: {} };
    }
    return flows(body);
  }

  function enroll(bearer: string) {
    const credential = console.issued.shift();
    if (!bearer.startsWith('mgt_') || !credential) {
      return { status: 409, body: { code: 'CONFLICT', message: 'this install token has been used', retryable: false } };
    }
    console.accepted.add(`mgc_${credential.id}.${credential.secret}`);
    return {
      status: 200,
      body: { clusterId: '0192f6a0-0000-7000-8000-000000000001', clusterName: 'test', credential },
    };
  }

  function flows(body: Buffer) {
    const batch = decodeBatch(zstdDecompressSync(body));
    const duplicate = ids.has(batch.head.id);
    ids.add(batch.head.id);
    if (!duplicate) console.batches.push(batch);
    for (const { id, peer } of batch.head.peers) console.peers.set(id, peer);
    const hex = (hi = 0, lo = 0) => hi.toString(16).padStart(8, '0') + lo.toString(16).padStart(8, '0');
    const { columns } = batch;
    const named = [...columns.srcHi].flatMap((hi, row) => [
      hex(hi, columns.srcLo[row]),
      hex(columns.dstHi[row], columns.dstLo[row]),
    ]);
    const unknownPeers = [...new Set(named)].filter((id) => !console.peers.has(id));
    return {
      status: 200,
      body: { id: batch.head.id, rows: columns.rows, duplicate, unknownPeers, refused: [], lease: console.lease },
    };
  }

  await new Promise<void>((done) => server.listen(wantedPort, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return Object.assign(console, {
    origin: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  });
}

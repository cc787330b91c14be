import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { zstdDecompressSync } from 'node:zlib';
import { renderInstallManifest } from '@margay/manifest';
import type { Peer } from '@margay/model';
import { decodeBatch, EnrollRequest, type FlowBatch, InventoryUpload } from '@margay/wire';

/** What ingest would do with agents, in memory: hands out the manifest, enrols once, takes inventory and flows. */
export interface StandInConsole {
  readonly origin: string;
  readonly installUrl: string;
  readonly token: string;
  readonly enrolments: EnrollRequest[];
  readonly inventories: InventoryUpload[];
  readonly batches: FlowBatch[];
  readonly heartbeats: unknown[];
  /** Every row of every batch with its peers. */
  rows(): StandInRow[];
  stop(): Promise<void>;
}

export interface StandInRow {
  readonly source: Peer;
  readonly destination: Peer;
  readonly service: Peer | null;
  readonly protocol: number;
  readonly port: number;
  readonly reporter: 'src' | 'dst';
  readonly started: number;
  readonly completed: number;
  readonly windowStart: number;
  readonly bytesForward: number;
  readonly packetsForward: number;
  readonly bytesReverse: number;
  readonly packetsReverse: number;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
}

/** `host` is how agents are told to reach it; it listens on every address. */
export async function startStandInConsole(host = '127.0.0.1'): Promise<StandInConsole> {
  const token = `mgt_${randomBytes(16).toString('hex')}`;
  const credential = { id: 'lab', secret: randomBytes(32).toString('hex') };
  const enrolments: EnrollRequest[] = [];
  const inventories: InventoryUpload[] = [];
  const batches: FlowBatch[] = [];
  const heartbeats: unknown[] = [];
  const answer = (path: string, bearer: string, body: Buffer, origin: string): { status: number; body: unknown } => {
    if (path === `/install/${token}.yaml`)
      return { status: 200, body: renderInstallManifest({ consoleUrl: origin, token, image: 'margay/agent:test' }) };
    if (path === '/api/agent/enroll' && bearer === token) {
      enrolments.push(EnrollRequest.parse(JSON.parse(body.toString())));
      return {
        status: 200,
        body: { clusterId: '01890a5d-ac96-774b-bcce-b302099a8057', clusterName: 'lab', credential },
      };
    }
    if (bearer !== `mgc_${credential.id}.${credential.secret}`)
      return { status: 401, body: { code: 'UNAUTHENTICATED', message: 'unknown', retryable: false } };
    switch (path) {
      case '/api/agent/inventory':
        inventories.push(InventoryUpload.parse(JSON.parse(zstdDecompressSync(body).toString())));
        return { status: 200, body: {} };
      case '/api/agent/heartbeat':
        heartbeats.push(JSON.parse(body.toString()));
        return { status: 200, body: { receivedAtMs: Date.now(), desired: { flushMs: 5_000 } } };
      case '/api/agent/flows': {
        const batch = decodeBatch(zstdDecompressSync(body));
        batches.push(batch);
        const { id, rows } = batch.head;
        return { status: 200, body: { id, rows, duplicate: false, unknownPeers: [], refused: [], lease: null } };
      }
      default:
        return { status: 404, body: { code: 'NOT_FOUND', message: `unknown: ${path}`, retryable: false } };
    }
  };
  const server = createServer(async (request, response) => {
    const bearer = String(request.headers.authorization ?? '').replace(/^Bearer /, '');
    const { status, body } = answer(request.url ?? '', bearer, await bodyOf(request), origin);
    const isText = typeof body === 'string';
    response.writeHead(status, { 'content-type': isText ? 'application/yaml' : 'application/json' });
    response.end(isText ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, host === '127.0.0.1' ? host : '::', resolve));
  const origin = `http://${host}:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    installUrl: `${origin}/install/${token}`,
    token,
    enrolments,
    inventories,
    batches,
    heartbeats,
    rows: () => rowsOf(batches),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function rowsOf(batches: readonly FlowBatch[]): StandInRow[] {
  const peers = new Map(batches.flatMap(({ head }) => head.peers.map(({ id, peer }) => [id as string, peer] as const)));
  const idOf = (hi: Uint32Array, lo: Uint32Array, at: number) =>
    ((BigInt(hi[at] ?? 0) << 32n) | BigInt(lo[at] ?? 0)).toString(16).padStart(16, '0');
  const peerOf = (id: string): Peer => {
    const peer = peers.get(id);
    if (!peer) throw new Error(`no batch defined the peer ${id}`);
    return peer;
  };
  return batches.flatMap(({ columns: c }) =>
    Array.from({ length: c.rows }, (_, at) => {
      const service = idOf(c.serviceHi, c.serviceLo, at);
      return {
        source: peerOf(idOf(c.srcHi, c.srcLo, at)),
        destination: peerOf(idOf(c.dstHi, c.dstLo, at)),
        service: /^0+$/.test(service) ? null : peerOf(service),
        protocol: c.protocol[at] ?? 0,
        port: c.port[at] ?? 0,
        reporter: c.reporter[at] === 0 ? 'src' : 'dst',
        started: c.started[at] ?? 0,
        completed: c.completed[at] ?? 0,
        windowStart: c.windowStart[at] ?? 0,
        bytesForward: c.bytesForward[at] ?? 0,
        packetsForward: c.packetsForward[at] ?? 0,
        bytesReverse: c.bytesReverse[at] ?? 0,
        packetsReverse: c.packetsReverse[at] ?? 0,
        firstSeenMs: c.firstSeenMs[at] ?? 0,
        lastSeenMs: c.lastSeenMs[at] ?? 0,
      };
    }),
  );
}

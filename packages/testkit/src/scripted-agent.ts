import { promisify } from 'node:util';
import { zstdCompress } from 'node:zlib';
import {
  type EnrollRequest,
  EnrollResponse,
  encodeBatch,
  FlowAck,
  type FlowBatch,
  type Heartbeat,
  HeartbeatResponse,
  type InventoryUpload,
  WIRE_VERSION,
} from '@margay/wire';

const compress = promisify(zstdCompress);

/** What an endpoint answered. `json` is the body, or null where it is none. */
export interface Answer {
  readonly status: number;
  readonly json: unknown;
  readonly retryAfter: string | null;
}

/** An agent that does just what a test says, over the real wire. */
export class ScriptedAgent {
  readonly origin: string;
  /** Install token until {@link enroll}, the credential afterwards. */
  bearer: string;

  constructor(origin: string, bearer: string) {
    this.origin = origin;
    this.bearer = bearer;
  }

  /** Trades the token for a credential and goes on with it. */
  async enroll(request: Partial<EnrollRequest> = {}): Promise<EnrollResponse> {
    const whole = { clusterUid: crypto.randomUUID(), kubernetesVersion: 'v1.34.4', agentVersion: '0.1.0', nodes: 1 };
    const response = EnrollResponse.parse(await this.#expect('enroll', JSON.stringify({ ...whole, ...request })));
    this.bearer = `mgc_${response.credential.id}.${response.credential.secret}`;
    return response;
  }

  async heartbeat(message: Heartbeat): Promise<HeartbeatResponse> {
    return HeartbeatResponse.parse(await this.#expect('heartbeat', JSON.stringify(message)));
  }

  async inventory(upload: InventoryUpload): Promise<void> {
    await this.#expect('inventory', await compress(JSON.stringify(upload)));
  }

  async flows(batch: FlowBatch): Promise<FlowAck> {
    return FlowAck.parse(await this.#expect('flows', await compress(encodeBatch(batch))));
  }

  /** Posts a body as it is: for what must be refused. */
  async post(
    endpoint: 'enroll' | 'heartbeat' | 'inventory' | 'flows',
    body: string | Uint8Array,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(`${this.origin}/api/agent/${endpoint}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.bearer}`,
        'margay-wire': String(WIRE_VERSION),
        'content-type': typeof body === 'string' ? 'application/json' : 'application/octet-stream',
        ...(typeof body === 'string' ? {} : { 'content-encoding': 'zstd' }),
        ...headers,
      },
      body: typeof body === 'string' ? body : Uint8Array.from(body),
    });
    const json: unknown = await response.json().catch(() => null);
    return { status: response.status, json, retryAfter: response.headers.get('retry-after') };
  }

  async #expect(endpoint: Parameters<ScriptedAgent['post']>[0], body: string | Uint8Array): Promise<unknown> {
    const { status, json } = await this.post(endpoint, body);
    if (status >= 300) throw new Error(`${endpoint} answered ${status}: ${JSON.stringify(json)}`);
    return json;
  }
}

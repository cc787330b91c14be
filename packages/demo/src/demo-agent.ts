import { promisify } from 'node:util';
import { zstdCompress } from 'node:zlib';
import {
  type EnrollRequest,
  EnrollResponse,
  encodeBatch,
  FlowAck,
  type FlowBatch,
  type Heartbeat,
  type InventoryUpload,
  WIRE_HEADER,
  WIRE_VERSION,
  WireError,
} from '@margay/wire';

const compress = promisify(zstdCompress);
const TIMEOUT_MS = 30_000;

/** Ingest said no, in its own words. */
export class DemoRefused extends Error {
  override readonly name = 'DemoRefused';
  readonly status: number;
  /** What to wait before asking again, where ingest said so. */
  readonly retryAfterMs: number | null;

  constructor(endpoint: string, status: number, message: string, retryAfterMs: number | null) {
    super(`${endpoint}: ${status} ${message}`);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Speaks to ingest as any agent does: the same endpoints, the same checks. */
export class DemoAgent {
  readonly #origin: string;
  #bearer: string;

  /** @param bearer the install token, until {@link DemoAgent.enroll} trades it. */
  constructor(origin: string, bearer: string) {
    this.#origin = origin;
    this.#bearer = bearer;
  }

  /** @throws DemoRefused, or what fetch throws when nobody answers; so do the others. */
  async enroll(request: EnrollRequest): Promise<void> {
    const { credential } = EnrollResponse.parse(await this.#post('enroll', JSON.stringify(request)));
    this.#bearer = `mgc_${credential.id}.${credential.secret}`;
  }

  async heartbeat(message: Heartbeat): Promise<void> {
    await this.#post('heartbeat', JSON.stringify(message));
  }

  async inventory(upload: InventoryUpload): Promise<void> {
    await this.#post('inventory', await compress(JSON.stringify(upload)));
  }

  async flows(batch: FlowBatch): Promise<FlowAck> {
    return FlowAck.parse(await this.#post('flows', await compress(encodeBatch(batch))));
  }

  async #post(endpoint: string, body: string | Uint8Array<ArrayBuffer>): Promise<unknown> {
    const packed = typeof body !== 'string';
    const response = await fetch(`${this.#origin}/api/agent/${endpoint}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.#bearer}`,
        [WIRE_HEADER]: String(WIRE_VERSION),
        'content-type': packed ? 'application/octet-stream' : 'application/json',
        ...(packed ? { 'content-encoding': 'zstd' } : {}),
      },
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const json: unknown = await response.json().catch(() => null);
    if (response.ok) return json;
    const said = WireError.safeParse(json);
    const retryAfter = Number(response.headers.get('retry-after'));
    throw new DemoRefused(
      endpoint,
      response.status,
      said.success ? said.data.message : response.statusText,
      retryAfter > 0 ? retryAfter * 1_000 : null,
    );
  }
}

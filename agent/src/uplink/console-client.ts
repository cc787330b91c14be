import { MargayError } from '@margay/model';
import { WIRE_HEADER, WIRE_VERSION } from '@margay/wire';
import { EnvHttpProxyAgent, fetch } from 'undici';
import { wireRefusalOf } from './wire-refusal.ts';

const TIMEOUT_MS = 30_000;
const ANSWER_BYTES_MAX = 4 << 20;

export interface ConsoleRequest {
  readonly path: string;
  readonly bearer: string;
  readonly contentType: 'application/json' | 'application/zstd';
  readonly body: Uint8Array | string;
  readonly signal?: AbortSignal;
}

export interface ConsoleAnswer {
  readonly json: unknown;
  /** The console's clock less this one's, to a second, from its Date header; 0 where it sent none. */
  readonly clockAheadMs: number;
}

/** POSTs to the console. Honours HTTP_PROXY, HTTPS_PROXY and NO_PROXY. */
export interface ConsoleClient {
  /** @throws WireRefusal for an answer that is none, MargayError UNAVAILABLE when nothing answers. */
  post(request: ConsoleRequest): Promise<ConsoleAnswer>;
  close(): Promise<void>;
}

export function connectConsole(origin: string): ConsoleClient {
  let agent = new EnvHttpProxyAgent({ keepAliveTimeout: 15_000 });
  return {
    async post(request) {
      const used = agent;
      const timeout = AbortSignal.timeout(TIMEOUT_MS);
      try {
        const response = await fetch(new URL(request.path, origin), {
          method: 'POST',
          headers: {
            authorization: `Bearer ${request.bearer}`,
            'content-type': request.contentType,
            [WIRE_HEADER]: String(WIRE_VERSION),
          },
          body: request.body,
          // A redirect would carry the credential elsewhere.
          redirect: 'error',
          dispatcher: used,
          signal: request.signal ? AbortSignal.any([request.signal, timeout]) : timeout,
        });
        const text = await readText(response.body ?? []);
        const now = Date.now();
        if (!response.ok) throw wireRefusalOf(response.status, text, response.headers.get('retry-after'), now);
        const date = Date.parse(response.headers.get('date') ?? '');
        return { json: parseJson(text), clockAheadMs: Number.isNaN(date) ? 0 : date - now };
      } catch (cause) {
        if (!isConnectionFailure(cause)) throw cause;
        // New connections ask the resolver again: the console may have moved.
        if (agent === used) agent = new EnvHttpProxyAgent({ keepAliveTimeout: 15_000 });
        void used.destroy();
        throw new MargayError('UNAVAILABLE', `${origin} does not answer: ${reasonOf(cause)}`, { cause });
      }
    },
    close: () => agent.close(),
  };
}

async function readText(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > ANSWER_BYTES_MAX)
      throw new MargayError('TOO_LARGE', `An answer of the console exceeds ${ANSWER_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MargayError('UNAVAILABLE', 'What answers at the console’s address is no Margay console', { cause });
  }
}

/** What undici throws itself: a TypeError around the system's reason, or the abort. */
const isConnectionFailure = (error: unknown): boolean => error instanceof TypeError || error instanceof DOMException;

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

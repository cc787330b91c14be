import { delimiter } from 'node:path';
import { HttpMethod, KubeConfig, RequestContext } from '@kubernetes/client-node';
import { MargayError } from '@margay/model';
import { fetch, type Response } from 'undici';
import { kubeErrorOf } from './kube-error.ts';

/** Largest answer that is read whole: a page of 500 objects of the largest size etcd keeps would be refused, a sane one is far below. */
const BODY_BYTES_MAX = 128 << 20;

export interface KubeRequest {
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/**
 * The few calls that Margay makes of the Kubernetes API, as JSON. The generated client of the library is left aside: it would
 * hold whole objects, and importing it costs tens of megabytes; its configuration and authentication are used.
 */
export interface KubeClient {
  /** @throws KubeError with the server's status and words; MargayError UNAVAILABLE when nothing answers. */
  json(path: string, request?: KubeRequest): Promise<unknown>;
  /** The answer's body as it comes; for watches. Throws as {@link KubeClient.json} does. */
  stream(path: string, request?: KubeRequest): Promise<AsyncIterable<Uint8Array>>;
}

/** Reads KUBECONFIG, else the pod's service account. @throws MargayError PRECONDITION_FAILED when there is neither. */
export function connectKube(env: Readonly<Record<string, string | undefined>>): KubeClient {
  const config = new KubeConfig();
  try {
    if (env.KUBECONFIG) loadFiles(config, env.KUBECONFIG);
    else if (env.KUBERNETES_SERVICE_HOST) config.loadFromCluster();
    else throw new Error('neither KUBECONFIG nor KUBERNETES_SERVICE_HOST is set');
    if (!config.getCurrentCluster()) throw new Error('the kubeconfig has no current context');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MargayError('PRECONDITION_FAILED', `No Kubernetes API to talk to: ${reason}`, { cause });
  }
  return {
    json: async (path, request) => JSON.parse(await readText(await send(config, path, request ?? {}))),
    stream: async (path, request) => {
      const response = await send(config, path, request ?? {});
      if (!response.body) throw new MargayError('UNAVAILABLE', `GET ${path}: the answer has no body`);
      return response.body;
    },
  };
}

/** As kubectl: several files are merged, and a server without TLS has nothing to verify. */
function loadFiles(config: KubeConfig, list: string): void {
  const [first = '', ...others] = list.split(delimiter).filter((file) => file !== '');
  config.loadFromFile(first);
  for (const file of others) {
    const next = new KubeConfig();
    next.loadFromFile(file);
    config.mergeConfig(next);
  }
  config.clusters = config.clusters.map((cluster) =>
    cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster,
  );
}

async function send(config: KubeConfig, path: string, request: KubeRequest): Promise<Response> {
  const method = request.method ?? 'GET';
  const server = config.getCurrentCluster()?.server ?? '';
  const url = new URL(server.replace(/\/$/, '') + path);
  for (const [key, value] of Object.entries(request.query ?? {})) url.searchParams.set(key, value);
  const context = new RequestContext(url.toString(), HttpMethod[method]);
  let response: Response;
  try {
    // Reads the service account's token again when it has rotated.
    await config.applySecurityAuthentication(context);
    const dispatcher = context.getDispatcher();
    response = await fetch(url, {
      method,
      headers: { ...context.getHeaders(), accept: 'application/json', 'content-type': 'application/json' },
      body: request.body === undefined ? undefined : JSON.stringify(request.body),
      ...(dispatcher && { dispatcher }),
      ...(request.signal && { signal: request.signal }),
    });
  } catch (cause) {
    if (request.signal?.aborted) throw cause;
    throw new MargayError('UNAVAILABLE', `${method} ${path}: ${reasonOf(cause)}`, { cause });
  }
  if (!response.ok) throw kubeErrorOf(`${method} ${path}`, response.status, await readText(response).catch(() => ''));
  return response;
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > BODY_BYTES_MAX)
      throw new MargayError('TOO_LARGE', `An answer of the Kubernetes API exceeds ${BODY_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** undici wraps the system's reason (ECONNREFUSED, a certificate that is not trusted) in a bare "fetch failed". */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

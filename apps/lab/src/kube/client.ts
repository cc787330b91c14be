import type { IncomingMessage } from 'node:http';
import { Agent, type RequestOptions, request } from 'node:https';
import { apiVersionOf, type Resource, resourceOfKind } from '../kube-api/resources.ts';
import { isRecord, type KubeObject, valueAt } from './objects.ts';

/** Where an API server is: a unix socket (the lab's way into the node's namespace) or an address, and the credentials. */
export interface KubeEndpoint {
  readonly socket?: string;
  readonly host?: string;
  readonly port?: number;
  readonly certificateAuthority: string;
  readonly token: string;
}

export interface KubeResponse {
  readonly status: number;
  readonly body: unknown;
}

/** An answer other than 2xx. `status` is the HTTP code, `reason` Kubernetes' word for it. */
export class KubeError extends Error {
  readonly status: number;
  readonly reason: string;
  constructor(what: string, response: KubeResponse) {
    super(`${what}: ${valueAt(response.body, 'message') ?? `HTTP ${response.status}`}`);
    this.name = 'KubeError';
    this.status = response.status;
    this.reason = String(valueAt(response.body, 'reason') ?? '');
  }
}

const REQUEST_TIMEOUT_MS = 30_000;
const MANAGER = 'margay-lab';

/** A small Kubernetes client. The lab has its own because it reaches the API over a unix socket, which the official client cannot. */
export class KubeClient {
  readonly #endpoint: KubeEndpoint;
  readonly #agent: Agent;

  constructor(endpoint: KubeEndpoint) {
    this.#endpoint = endpoint;
    this.#agent = new Agent({ keepAlive: true });
  }

  /** Any request, any status. @throws Error when there is no answer */
  async send(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<KubeResponse> {
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    const headers =
      text === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(text) };
    const response = await this.open(method, path, { headers, timeout: REQUEST_TIMEOUT_MS }, text);
    const chunks: Buffer[] = [];
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
    const answer = Buffer.concat(chunks).toString();
    const isJson = String(response.headers['content-type']).includes('json');
    return { status: response.statusCode ?? 0, body: isJson ? JSON.parse(answer) : answer };
  }

  /** The response itself, for streams. */
  open(method: string, path: string, options: RequestOptions = {}, text?: string): Promise<IncomingMessage> {
    const { socket, host, port, token, certificateAuthority } = this.#endpoint;
    const where = socket ? { socketPath: socket } : { host, port };
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          ...where,
          method,
          path,
          agent: this.#agent,
          ca: certificateAuthority,
          servername: 'kubernetes.default.svc',
          ...options,
          headers: {
            authorization: `Bearer ${token}`,
            'user-agent': 'margay-lab',
            accept: 'application/json',
            ...options.headers,
          },
        },
        resolve,
      );
      outgoing.on('timeout', () => outgoing.destroy(new Error(`the Kubernetes API did not answer ${method} ${path}`)));
      outgoing.on('error', reject);
      outgoing.end(text);
    });
  }

  async get<T extends KubeObject>(
    resource: Resource,
    namespace: string | undefined,
    name: string,
  ): Promise<T | undefined> {
    const response = await this.send('GET', pathOf(resource, namespace, name));
    if (response.status === 404) return undefined;
    return expectObject<T>(`get ${resource.singular} ${name}`, response);
  }

  async list<T extends KubeObject>(
    resource: Resource,
    namespace?: string,
  ): Promise<{ items: T[]; resourceVersion: string }> {
    const response = await this.send('GET', pathOf(resource, namespace));
    if (response.status !== 200 || !isRecord(response.body)) throw new KubeError(`list ${resource.plural}`, response);
    const items = Array.isArray(response.body.items) ? response.body.items : [];
    const type = { apiVersion: apiVersionOf(resource), kind: resource.kind };
    return {
      items: items.map((item) => ({ ...item, ...type }) as T),
      resourceVersion: String(valueAt(response.body, 'metadata.resourceVersion')),
    };
  }

  async create<T extends KubeObject>(object: T): Promise<T> {
    const resource = resourceFor(object);
    const path = `${pathOf(resource, object.metadata.namespace)}?fieldManager=${MANAGER}`;
    return expectObject(`create ${describe(object)}`, await this.send('POST', path, object));
  }

  /** Server-side apply by the field manager `margay-lab`: creates, or merges into what is there. */
  async apply<T extends KubeObject>(object: T): Promise<T> {
    const resource = resourceFor(object);
    const path = `${pathOf(resource, object.metadata.namespace, object.metadata.name)}?fieldManager=${MANAGER}&force=true`;
    return expectObject(
      `apply ${describe(object)}`,
      await this.send('PATCH', path, object, 'application/apply-patch+yaml'),
    );
  }

  /** Merge patch; `subresource` such as `status`. */
  async patch<T extends KubeObject>(object: T, patch: unknown, subresource?: string): Promise<T> {
    const resource = resourceFor(object);
    const path = `${pathOf(resource, object.metadata.namespace, object.metadata.name, subresource)}?fieldManager=${MANAGER}`;
    return expectObject(
      `patch ${describe(object)}`,
      await this.send('PATCH', path, patch, 'application/merge-patch+json'),
    );
  }

  /** An object that is gone already is no error. */
  async delete(object: KubeObject, options: { gracePeriodSeconds?: number } = {}): Promise<void> {
    const resource = resourceFor(object);
    const path = pathOf(resource, object.metadata.namespace, object.metadata.name);
    const preconditions = object.metadata.uid ? { preconditions: { uid: object.metadata.uid } } : {};
    const response = await this.send('DELETE', path, {
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      ...preconditions,
      ...options,
    });
    if (response.status >= 300 && response.status !== 404 && response.status !== 409)
      throw new KubeError(`delete ${describe(object)}`, response);
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** The path of a kind, or of one object. */
export function pathOf(resource: Resource, namespace?: string, name?: string, subresource?: string): string {
  const root = resource.group ? `/apis/${resource.group}/${resource.version}` : `/api/${resource.version}`;
  const scope = resource.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const rest = [resource.plural, name, subresource]
    .filter((part) => part !== undefined)
    .map((part) => encodeURIComponent(part));
  return `${root}${scope}/${rest.join('/')}`;
}

function resourceFor(object: KubeObject): Resource {
  const resource = resourceOfKind(object.apiVersion, object.kind);
  if (!resource) throw new Error(`the lab does not know the kind ${object.apiVersion} ${object.kind}`);
  return resource;
}

function describe(object: KubeObject): string {
  const { namespace, name, generateName } = object.metadata;
  return `${object.kind} ${namespace ? `${namespace}/` : ''}${name ?? generateName}`;
}

function expectObject<T extends KubeObject>(what: string, response: KubeResponse): T {
  if (response.status >= 300 || !isRecord(response.body)) throw new KubeError(what, response);
  return response.body as unknown as T;
}

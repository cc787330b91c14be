// The names of a cluster, watched from the Kubernetes API as CoreDNS does: Services and EndpointSlices, with this pod's own service account.
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { complain, interval, record } from './runtime.mjs';

const account = process.env.LAB_SERVICE_ACCOUNT_DIR ?? '/var/run/secrets/kubernetes.io/serviceaccount';

const HEALTH_INTERVAL_MS = 4_000;

function open(path) {
  const token = readFileSync(join(account, 'token'), 'utf8').trim();
  return new Promise((resolve, reject) => {
    const request = https.get(
      {
        host: process.env.KUBERNETES_SERVICE_HOST,
        port: process.env.KUBERNETES_SERVICE_PORT,
        servername: 'kubernetes.default.svc',
        path,
        ca: readFileSync(join(account, 'ca.crt')),
        agent: false,
        headers: { authorization: `Bearer ${token}` },
      },
      resolve,
    );
    request.on('socket', (socket) => socket.once('connect', () => record('connect', 'TCP', socket)));
    request.on('error', reject);
  });
}

async function* lines(stream) {
  let rest = '';
  for await (const chunk of stream.setEncoding('utf8')) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop();
    yield* parts.filter(Boolean);
  }
  if (rest) yield rest;
}

const keyOf = ({ metadata }) => `${metadata.namespace}/${metadata.name}`;

/** Lists, then watches for ever; `changed` after each step. The returned promise is for the first list. */
async function follow(path, changed) {
  const objects = new Map();
  const list = async () => {
    const response = await open(path);
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += chunk;
    if (response.statusCode !== 200) throw new Error(`GET ${path}: HTTP ${response.statusCode} ${text.slice(0, 200)}`);
    const body = JSON.parse(text);
    objects.clear();
    for (const item of body.items) objects.set(keyOf(item), item);
    changed(objects);
    return body.metadata.resourceVersion;
  };
  const watch = async (from) => {
    let version = from;
    for await (const line of lines(
      await open(`${path}?watch=true&allowWatchBookmarks=true&resourceVersion=${version}`),
    )) {
      const { type, object } = JSON.parse(line);
      if (type === 'ERROR') throw new Error(object.message);
      version = object.metadata.resourceVersion;
      if (type === 'DELETED') objects.delete(keyOf(object));
      else if (type !== 'BOOKMARK') objects.set(keyOf(object), object);
      changed(objects);
    }
    return version;
  };
  const pause = () => new Promise((resolve) => setTimeout(resolve, 300));
  const listUntilItWorks = async () => {
    for (;;) {
      try {
        return await list();
      } catch (error) {
        complain('the Kubernetes API', error);
        await pause();
      }
    }
  };
  let version = await listUntilItWorks();
  (async () => {
    for (;;) {
      try {
        version = await watch(version);
      } catch (error) {
        complain('the Kubernetes API', error);
        await pause();
        version = await listUntilItWorks();
      }
    }
  })();
}

/** `find(name)`: the addresses of a Service (of its ready endpoints when it is headless), or of one endpoint with a host name. */
export async function clusterNames(zone) {
  let services = new Map();
  let slices = new Map();
  await Promise.all([
    follow('/api/v1/services', (objects) => {
      services = objects;
    }),
    follow('/apis/discovery.k8s.io/v1/endpointslices', (objects) => {
      slices = objects;
    }),
  ]);
  // A watch is silent for minutes; this says in time that the API is out of reach.
  void (async () => {
    for (;;) {
      await interval(HEALTH_INTERVAL_MS);
      await open('/readyz').then(
        (response) => response.resume(),
        (error) => complain('the Kubernetes API', error),
      );
    }
  })();
  const endpointsOf = (namespace, service) =>
    [...slices.values()]
      .filter(
        (slice) =>
          slice.metadata.namespace === namespace && slice.metadata.labels?.['kubernetes.io/service-name'] === service,
      )
      .flatMap((slice) => slice.endpoints ?? [])
      .filter((endpoint) => endpoint.conditions?.ready !== false);
  const toAddresses = (endpoints) =>
    endpoints.flatMap((endpoint) => endpoint.addresses.map((address) => ({ address })));
  return {
    find(name) {
      const suffix = `.svc.${zone}`;
      if (!name.endsWith(suffix)) return undefined;
      const labels = name.slice(0, -suffix.length).split('.');
      const [host, service, namespace] = labels.length === 3 ? labels : [undefined, ...labels];
      const found = labels.length <= 3 ? services.get(`${namespace}/${service}`) : undefined;
      if (!found) return undefined;
      if (host !== undefined) {
        const endpoints = endpointsOf(namespace, service).filter((endpoint) => endpoint.hostname === host);
        return endpoints.length > 0 ? toAddresses(endpoints) : undefined;
      }
      if (found.spec.clusterIP === 'None') return toAddresses(endpointsOf(namespace, service));
      return (found.spec.clusterIPs ?? []).map((address) => ({ address }));
    },
  };
}

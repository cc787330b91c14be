import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { KubeClient, type KubeEndpoint } from '../src/kube/client.ts';
import { resourceNamed } from '../src/kube/cluster.ts';
import { startApi } from '../src/kube/start-api.ts';
import { StateFiles } from '../src/machine/files.ts';
import { ownerOf } from '../src/machine/owner.ts';

export interface ApiUnderTest {
  readonly client: KubeClient;
  readonly endpoint: KubeEndpoint;
  /** The same server as somebody else: a bearer token, or nobody. */
  as(token: string): KubeClient;
  /** Makes versions of long ago too old to watch from: etcd's compaction; the built-in API has none to forget. */
  forgetHistory(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts an API server on a free port of the loopback; `assets` undefined: the built-in one. */
export async function startApiUnderTest(assets: string | undefined): Promise<ApiUnderTest> {
  const directory = mkdtempSync(join(tmpdir(), 'margay-lab-api-'));
  const owner = ownerOf(resolve(import.meta.dirname, '../package.json'));
  const files = new StateFiles(directory, owner, join(directory, 'node-disk'));
  const [port = 0, client = 0, peer = 0] = await freePorts(3);
  const api = await startApi(files, { address: '127.0.0.1', port, etcdPorts: { client, peer } }, assets);
  const admin = new KubeClient(api.endpoint);
  const clients = [admin];
  return {
    client: admin,
    endpoint: api.endpoint,
    as: (token) => {
      const other = new KubeClient({ ...api.endpoint, token });
      clients.push(other);
      return other;
    },
    forgetHistory: async () => {
      if (!assets) return;
      const { resourceVersion } = await admin.list(resourceNamed('namespaces'));
      const body = JSON.stringify({ revision: resourceVersion });
      const response = await fetch(`http://127.0.0.1:${client}/v3/kv/compaction`, { method: 'POST', body });
      if (!response.ok) throw new Error(`etcd did not compact: ${await response.text()}`);
    },
    stop: async () => {
      for (const each of clients) each.close();
      await api.stop();
      files.remove();
    },
  };
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return address !== null && typeof address === 'object' ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

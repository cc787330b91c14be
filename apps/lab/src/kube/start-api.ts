import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MargayError } from '@margay/model';
import type { StateFiles } from '../machine/files.ts';
import { type LabProcess, startProcess } from '../machine/processes.ts';
import { ADDRESSES } from '../network/addresses.ts';
import { createCertificates, createSigningKey } from './certificates.ts';
import { KubeClient, type KubeEndpoint } from './client.ts';

export interface ApiLocation {
  /** Undefined: the machine's own network (contract tests). */
  readonly networkNamespace?: string;
  readonly address: string;
  readonly port: number;
  /** Where the lab reaches it; undefined: at the address. */
  readonly socket?: string;
  readonly etcdPorts: { readonly client: number; readonly peer: number };
  /** Makes `socket` lead to the address; the built-in API listens on it by itself. */
  readonly relay?: () => Promise<void>;
}

export interface RunningApi {
  readonly kind: 'built-in' | 'kube-apiserver';
  readonly endpoint: KubeEndpoint;
  /** Resolves when one of its processes has ended. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

const READY_TIMEOUT_MS = 60_000;

/**
 * Starts the cluster's API: the real kube-apiserver with etcd when `assets` (KUBEBUILDER_ASSETS) names their folder, else the built-in one.
 *
 * @throws MargayError UNAVAILABLE when it is not ready in a minute.
 */
export async function startApi(
  files: StateFiles,
  location: ApiLocation,
  assets: string | undefined,
): Promise<RunningApi> {
  const certificates = await createCertificates([location.address]);
  const adminToken = randomBytes(24).toString('hex');
  const paths = {
    certificate: files.write(['api', 'server.crt'], certificates.certificate),
    key: files.write(['api', 'server.key'], certificates.key, 0o600),
    adminToken,
  };
  files.makeDirectory('logs');
  const processes = assets ? startReal(files, location, assets, paths) : [startBuiltIn(files, location, paths)];
  const { socket, address: host, port } = location;
  const where = socket ? { socket } : { host, port };
  const endpoint: KubeEndpoint = { ...where, certificateAuthority: certificates.authority, token: adminToken };
  const stop = async () => {
    // In reverse: the API server before its etcd.
    for (const process of [...processes].reverse()) await process.stop(3_000);
  };
  const ended = Promise.race(
    processes.map(({ exited, child }) => exited.then((code) => `${child.spawnargs.at(-1)} ended with ${code}`)),
  );
  try {
    if (assets) await location.relay?.();
    await waitUntilReady(endpoint, ended, files);
  } catch (error) {
    await stop();
    throw error;
  }
  return { kind: assets ? 'kube-apiserver' : 'built-in', endpoint, ended, stop };
}

interface Paths {
  readonly certificate: string;
  readonly key: string;
  readonly adminToken: string;
}

function startBuiltIn(files: StateFiles, location: ApiLocation, paths: Paths): LabProcess {
  const configuration = {
    certificateFile: paths.certificate,
    keyFile: paths.key,
    adminToken: paths.adminToken,
    address: location.address,
    port: location.port,
    socket: location.socket,
    serviceAddress: ADDRESSES.kubernetesService,
    ranges: ADDRESSES.serviceRanges,
    version: 'built-in',
  };
  return startProcess({
    ...location,
    command: [process.execPath, '--max-semi-space-size=2', join(import.meta.dirname, '../kube-api/main.ts')],
    environment: { PATH: process.env.PATH ?? '', LAB_KUBE_API: JSON.stringify(configuration) },
    directory: files.directory,
    logFile: files.touch('logs', 'kube-api.log'),
  });
}

function startReal(files: StateFiles, location: ApiLocation, assets: string, paths: Paths): LabProcess[] {
  const { client, peer } = location.etcdPorts;
  const signing = createSigningKey();
  const publicKey = files.write(['api', 'service-account.pub'], signing.publicKey);
  const privateKey = files.write(['api', 'service-account.key'], signing.privateKey, 0o600);
  const tokens = files.write(
    ['api', 'tokens.csv'],
    `${paths.adminToken},margay-lab,margay-lab,"system:masters"\n`,
    0o600,
  );
  const start = (program: string, args: readonly string[]) =>
    startProcess({
      ...location,
      command: [join(assets, program), ...args],
      environment: { PATH: process.env.PATH ?? '' },
      directory: files.directory,
      logFile: files.touch('logs', `${program}.log`),
    });
  const etcd = start('etcd', [
    `--data-dir=${files.makeNodeDirectory('etcd')}`,
    `--listen-client-urls=http://127.0.0.1:${client}`,
    `--advertise-client-urls=http://127.0.0.1:${client}`,
    `--listen-peer-urls=http://127.0.0.1:${peer}`,
    '--unsafe-no-fsync',
    '--log-level=warn',
  ]);
  const server = start('kube-apiserver', [
    `--etcd-servers=http://127.0.0.1:${client}`,
    `--bind-address=${location.address}`,
    `--advertise-address=${location.address}`,
    `--secure-port=${location.port}`,
    `--tls-cert-file=${paths.certificate}`,
    `--tls-private-key-file=${paths.key}`,
    `--token-auth-file=${tokens}`,
    `--service-account-key-file=${publicKey}`,
    `--service-account-signing-key-file=${privateKey}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-cluster-ip-range=${ADDRESSES.services.ipv4},${ADDRESSES.services.ipv6}`,
    '--authorization-mode=RBAC',
    '--allow-privileged=true',
    '--endpoint-reconciler-type=master-count',
  ]);
  return [etcd, server];
}

async function waitUntilReady(endpoint: KubeEndpoint, ended: Promise<string>, files: StateFiles): Promise<void> {
  const client = new KubeClient(endpoint);
  const deadline = Date.now() + READY_TIMEOUT_MS;
  let death: string | undefined;
  void ended.then((what) => {
    death = what;
  });
  try {
    while (Date.now() < deadline && death === undefined) {
      const response = await client.send('GET', '/readyz').catch(() => undefined);
      if (response?.status === 200) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    client.close();
  }
  const words = readdirSync(files.path('logs'))
    .filter((name) => /^(kube-api|etcd|kube-apiserver)\.log$/.test(name))
    .map((name) => readFileSync(files.path('logs', name), 'utf8').slice(-600));
  throw new MargayError(
    'UNAVAILABLE',
    `The Kubernetes API of the lab did not become ready${death ? `: ${death}` : ' in a minute'}.\n${words.join('\n')}`,
  );
}

import { join } from 'node:path';
import type { Heartbeat } from '@margay/wire';
import { ExternalTable } from './calc/external-table.ts';
import { type Enforcer, endEnforcing, markEnforcing, nftPlane, startEnforcer } from './enforce/index.ts';
import { CredentialSecret } from './enrolment/credential-secret.ts';
import { FlowPipeline } from './flows/flow-pipeline.ts';
import type { WindowSource } from './flows/window.ts';
import { type IdentitySource, startIdentitySource } from './identity/identity-source.ts';
import { localAddresses } from './identity/local-addresses.ts';
import type { KubeClient } from './kube/client.ts';
import type { Log } from './log.ts';
import { pause } from './pause.ts';
import type { Settings } from './settings.ts';
import { PodDiscovery } from './taps/index.ts';
import { connectConsole } from './uplink/console-client.ts';
import { CredentialSource } from './uplink/credential-source.ts';
import { runHeartbeat } from './uplink/heartbeat.ts';
import { Sender } from './uplink/sender.ts';
import { Spool } from './uplink/spool.ts';

const START_AGAIN_MS = 30_000;
/** Of the ten seconds that Kubernetes gives a pod to end. */
const LAST_SEND_MS = 4_000;

export interface NodeOptions {
  readonly settings: Settings;
  readonly kube: KubeClient;
  readonly source: WindowSource;
  readonly log: Log;
  readonly now?: () => number;
}

/**
 * The node role: observes, joins, spools, sends, until `signal` aborts. Then it reads the last window, keeps it on disk, sends
 * what can be sent at once, and leaves the kernel counting for the next agent; when it is being uninstalled it leaves nothing.
 *
 * @returns whether this was an uninstall: the caller removes the state directory.
 */
export async function runNode(options: NodeOptions, signal: AbortSignal): Promise<{ uninstalled: boolean }> {
  const { settings, log, source, now = Date.now } = options;
  const spool = await Spool.open({
    directory: join(settings.stateDir, 'spool'),
    bytesMax: settings.spoolBytesMax,
    log,
    now,
  });
  const identity = startIdentitySource({
    client: options.kube,
    log,
    nodeName: settings.nodeName,
    namespace: settings.namespace,
    localAddresses,
    now,
  });
  const pipeline = new FlowPipeline({
    source,
    identity,
    externals: new ExternalTable(settings.externalPeersMax),
    spool,
    node: settings.nodeName,
    log,
    now,
  });
  const console = connectConsole(settings.url);
  const secret = new CredentialSecret(options.kube, settings.namespace);
  const credentials = new CredentialSource({
    directory: settings.credentialDir,
    stored: () => secret.read(),
    log,
  });
  const sender = new Sender({ console, credentials, spool, log, now, onLease: (lease) => pipeline.lease(lease) });

  const marking = settings.enforce ? markEnforcing(settings.stateDir) : endEnforcing(settings.stateDir);
  await marking.catch((error: unknown) => log.error({ err: error }, 'rules of an agent that enforced may be left'));
  const enforcer = settings.enforce && enforce(options, settings.enforce);
  let failure = '';
  const observing = (async () => {
    while (!signal.aborted) {
      failure = await start(source, log);
      if (!failure) return pipeline.run(signal);
      await pause(START_AGAIN_MS, signal);
    }
  })();
  const beating = runHeartbeat(
    {
      console,
      log,
      role: 'node',
      node: settings.nodeName,
      version: settings.version,
      dataplane: settings.enforce ? `ebpf, enforcing by ${settings.enforce.plane}` : 'ebpf',
      credential: (until) => credentials.get(until),
      onRefused: (credential) => credentials.refused(credential),
      taps: () => [
        ...[...new Set([...identity.problems(), ...(enforcer?.unread() ?? [])])].map((message) =>
          failedTap('kubernetes', message),
        ),
        ...(enforcer?.failure() ? [failedTap('policies', enforcer.failure())] : []),
        ...(failure ? [failedTap('', failure)] : tapsOf(pipeline, identity)),
      ],
      spool: () => spool.size,
      onDesired: ({ flushMs }) => pipeline.setFlush(flushMs),
    },
    signal,
  );
  const sending = sender.run(signal);
  await Promise.all([observing, beating, sending]);
  await sender.drain(AbortSignal.timeout(LAST_SEND_MS));
  await spool.close();
  const uninstalled = identity.uninstalling();
  await Promise.all([source.stop({ remove: uninstalled }), enforcer?.stop({ remove: uninstalled })]);
  await Promise.all([identity.stop(), console.close()]);
  return { uninstalled };
}

function enforce(
  { settings, kube, log, now = Date.now }: NodeOptions,
  plane: NonNullable<Settings['enforce']>,
): Enforcer {
  const discovery = new PodDiscovery();
  return startEnforcer({
    client: kube,
    log,
    nodeName: settings.nodeName,
    driver: nftPlane(settings.stateDir),
    settings: plane,
    podInterfaces: async (nowMs) => (await discovery.find(nowMs)).pods,
    now,
  });
}

/** @returns why the observer cannot start, or nothing. */
async function start(source: WindowSource, log: Log): Promise<string> {
  try {
    await source.start();
    return '';
  } catch (error) {
    log.error({ err: error }, 'the observer cannot start; will try again');
    return error instanceof Error ? error.message : String(error);
  }
}

/** Of a whole node: `what` stands where a tap has its interface. */
function failedTap(what: string, message: string): Heartbeat['taps'][number] {
  return { interface: what, namespace: '', pod: '', state: 'failed', message: message.slice(0, 500) };
}

function tapsOf(pipeline: FlowPipeline, identity: IdentitySource): Heartbeat['taps'] {
  return pipeline.taps.map((tap) => {
    const pod = tap.addresses.map((address) => identity.podAt(address)).find((found) => found !== null);
    return {
      interface: tap.interface.slice(0, 32),
      namespace: pod?.namespace ?? '',
      pod: pod?.name ?? '',
      state: tap.state,
      message: tap.message.slice(0, 500),
    };
  });
}

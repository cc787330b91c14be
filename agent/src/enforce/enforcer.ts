import { backoffMs } from '../backoff.ts';
import { PlaneCalc } from '../calc/plane-calc.ts';
import type { PlaneSettings } from '../dataplane/plane-state.ts';
import type { Driver } from '../drivers/driver.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Log } from '../log.ts';
import { orAborted, pause } from '../pause.ts';
import { Reconciler } from '../sequence/reconciler.ts';
import type { PodInterface } from '../taps/index.ts';
import { watchPolicies } from './policy-watch.ts';

/** Changes that come together are programmed together. */
const SETTLE_MS = 20;
/** New interfaces are looked for so often, also when Kubernetes says nothing. */
const LOOK_MS = 500;
/** What others did to the plane is undone within this time. */
const RESYNC_MS = 10_000;
const BACKOFF = { firstMs: 200, mostMs: 10_000, random: Math.random };

export interface EnforcerOptions {
  readonly client: KubeClient;
  readonly log: Log;
  readonly nodeName: string;
  readonly driver: Driver;
  readonly settings: PlaneSettings;
  /** Host sides of the node's pods now. */
  readonly podInterfaces: (nowMs: number) => Promise<readonly PodInterface[]>;
  readonly now: () => number;
}

export interface Enforcer {
  /** What of the Kubernetes API cannot be read: until it can, nothing is enforced, or what was known last. */
  unread(): string[];
  /** Why the plane does not hold what it should; empty where it does. */
  failure(): string;
  /** The plane stays as it is unless `remove`: the agent's death must not open what was closed. */
  stop(options: { remove: boolean }): Promise<void>;
}

/** Keeps a data plane at what the cluster's policies say of this node's pods. Writes nothing before all objects were read once: half of them would close or open too much. */
export function startEnforcer(options: EnforcerOptions): Enforcer {
  const { driver, log, now } = options;
  const calc = new PlaneCalc({
    nodeName: options.nodeName,
    settings: options.settings,
    report: ({ object, path, message }) => log.warn({ object, path, message }, 'a policy is not understood; it closes'),
  });
  const stopping = new AbortController();
  let woken = Promise.withResolvers<void>();
  let dirty = true;
  const watch = watchPolicies({
    client: options.client,
    log,
    onChange: (change) => {
      calc.apply(change);
      dirty = true;
      woken.resolve();
    },
  });
  const reconciler = new Reconciler(driver);
  let failure = '';

  let seen = '';
  let bridged = 0;
  let interfaces: ReadonlyMap<string, string> = new Map();
  const look = async () => {
    const all = await options.podInterfaces(now());
    const found = all.filter(({ bridge }) => bridge === undefined);
    bridged = all.length - found.length;
    const pairs = found.flatMap(({ name, addresses }) => addresses.map((address) => [address, name] as const));
    const fingerprint = JSON.stringify(pairs);
    if (fingerprint === seen) return;
    seen = fingerprint;
    interfaces = new Map(pairs);
    dirty = true;
  };

  let syncedMs = 0;
  let drifted = 0;
  const round = async () => {
    await look();
    if (!dirty && now() - syncedMs < RESYNC_MS) return;
    const changed = dirty;
    dirty = false;
    const startedMs = performance.now();
    if (changed) {
      const state = calc.state((address) => interfaces.get(address) ?? null);
      await reconciler.want(state);
      const ms = Math.round(performance.now() - startedMs);
      log.info({ endpoints: state.endpoints.size, policySets: state.policySets.size, ms }, 'policies are programmed');
    } else await reconciler.resync();
    syncedMs = now();
    if (reconciler.drifted > drifted)
      log.warn(
        { operations: reconciler.drifted - drifted },
        'the data plane had been changed by somebody else; put back',
      );
    drifted = reconciler.drifted;
  };

  const running = (async () => {
    await orAborted(watch.synced, stopping.signal);
    for (let failures = 0; !stopping.signal.aborted; ) {
      try {
        await round();
        failures = 0;
        failure = '';
      } catch (error) {
        dirty = true;
        failure = `policies are not enforced as they stand: ${error instanceof Error ? error.message : error}`;
        if (failures === 0) log.error({ err: error }, 'the data plane cannot be programmed; will try again');
        await pause(backoffMs(failures++, BACKOFF), stopping.signal);
        continue;
      }
      await Promise.race([woken.promise, pause(LOOK_MS, stopping.signal)]);
      woken = Promise.withResolvers();
      if (dirty) await pause(SETTLE_MS, stopping.signal);
    }
  })();

  return {
    unread: () => watch.problems(),
    failure: () => failure || (bridged > 0 ? unseen(bridged) : ''),
    stop: async ({ remove }) => {
      stopping.abort();
      woken.resolve();
      await running;
      await watch.stop();
      if (remove) await driver.cleanup();
    },
  };
}

const unseen = (pods: number) =>
  `policies are not enforced on ${pods} pods behind a bridge: the plane sees routed interfaces only`;

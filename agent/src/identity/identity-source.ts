import { FactPool } from '../calc/fact-pool.ts';
import { NodeBook } from '../calc/node-book.ts';
import { PodBook } from '../calc/pod-book.ts';
import { Resolver } from '../calc/resolver.ts';
import { ServiceBook } from '../calc/service-book.ts';
import { Timeline } from '../calc/timeline.ts';
import type { KubeClient } from '../kube/client.ts';
import { parseSliceIdentity } from '../kube/endpoint-slice.ts';
import { type AnyInformer, type Informer, type Resource, startInformer } from '../kube/informer.ts';
import { problemOf } from '../kube/informer-problem.ts';
import { parseNamespace } from '../kube/namespace.ts';
import { parseNodeIdentity } from '../kube/node.ts';
import type { Change } from '../kube/object-store.ts';
import { PATHS } from '../kube/paths.ts';
import { podIdentityParser } from '../kube/pod-identity.ts';
import { parseServiceIdentity } from '../kube/service.ts';
import type { Log } from '../log.ts';

/** How long an address's former owners are remembered: longer than a window may be held, a connection read late, a batch joined again. */
const REMEMBER_MS = 15 * 60_000;

export interface IdentityOptions {
  readonly client: KubeClient;
  readonly log: Log;
  readonly nodeName: string;
  /** Namespace of the agent itself. */
  readonly namespace: string;
  /** Addresses of this node's own interfaces, canonical. */
  readonly localAddresses: () => Iterable<string>;
  readonly now: () => number;
}

/** Who has which address when, kept current by watches. No Kubernetes object is kept, only identities. */
export interface IdentitySource {
  readonly resolver: Resolver;
  readonly services: ServiceBook;
  /** After every list was read, or refused for good. */
  readonly ready: Promise<void>;
  /** The pod that has an address now. */
  podAt(address: string): { namespace: string; name: string } | null;
  /** Forgets what is too old and reads the node's own addresses again. Called once a window. */
  refresh(): void;
  /** What of the Kubernetes API cannot be read now, each in words with what to do. */
  problems(): string[];
  /** Whether the agent's namespace was seen to be deleted: then this is an uninstall. */
  uninstalling(): boolean;
  stop(): Promise<void>;
}

/** Starts watching namespaces, then all else, so that no pod is named before its namespace's labels are known. */
export function startIdentitySource(options: IdentityOptions): IdentitySource {
  const { now } = options;
  const timeline = new Timeline();
  const pods = new PodBook(timeline);
  const services = new ServiceBook(timeline);
  const nodes = new NodeBook(timeline);
  const resolver = new Resolver(timeline, nodes, services);
  const informers: AnyInformer[] = [];
  const ready = Promise.withResolvers<void>();
  let begun = false;

  const checkReady = () => {
    if (begun && informers.every((informer) => isKnown(informer))) ready.resolve();
  };
  const watch = <T>(resource: Resource<T>, apply: (change: Change<T>) => void): Informer<T> => {
    const informer = startInformer({
      client: options.client,
      resource,
      log: options.log,
      onChanges: (changes) => changes.forEach(apply),
      onState: () => {
        reportState(options.log, informer);
        checkReady();
      },
    });
    informers.push(informer);
    return informer;
  };

  let ending = false;
  const namespaces = watch({ name: 'namespaces', path: PATHS.namespaces, parse: parseNamespace }, ({ key, value }) => {
    pods.changeNamespace(key, value?.labels ?? null, now());
    if (key === options.namespace) ending = value?.ending ?? true;
  });
  const rest = () => {
    const pool = new FactPool();
    watch({ name: 'nodes', path: PATHS.nodes, parse: parseNodeIdentity }, ({ previous, value }) =>
      nodes.change(previous, value, now()),
    );
    watch({ name: 'pods', path: PATHS.pods, parse: podIdentityParser(pool) }, ({ previous, value }) => {
      pods.change(previous, value, now());
      if (value && !value.hostNetwork) for (const address of value.addresses) resolver.notePod(address);
    });
    watch({ name: 'services', path: PATHS.services, parse: parseServiceIdentity }, ({ previous, value }) => {
      services.changeService(previous, value, now());
      resolver.noteServices();
    });
    const slices = 'endpointslices.discovery.k8s.io';
    watch({ name: slices, path: PATHS[slices], parse: parseSliceIdentity }, ({ previous, value }) =>
      services.changeSlice(previous, value),
    );
    begun = true;
    checkReady();
  };

  let stopped = false;
  void namespaces.settled.then(() => {
    if (!stopped) rest();
  });
  nodes.setLocal(options.nodeName, options.localAddresses());
  return {
    resolver,
    services,
    ready: ready.promise,
    podAt: (address) => pods.podAt(address),
    refresh: () => {
      timeline.prune(now() - REMEMBER_MS);
      nodes.setLocal(options.nodeName, options.localAddresses());
    },
    problems: () => informers.flatMap(problemOf),
    uninstalling: () => ending,
    stop: async () => {
      stopped = true;
      await Promise.all(informers.map((informer) => informer.stop()));
    },
  };
}

/** Nothing more can be had now: waiting for a permission that is not granted would mean waiting for ever. */
function isKnown(informer: AnyInformer): boolean {
  return informer.hasSynced() || ['forbidden', 'missing'].includes(informer.state().kind);
}

function reportState(log: Log, informer: AnyInformer): void {
  const state = informer.state();
  const about = { resource: informer.resource.name };
  if (state.kind === 'synced') log.info({ ...about, objects: informer.store.size }, 'list is current');
  if ('message' in state)
    log.warn({ ...about, reason: state.message }, `list is ${state.kind}; flows may name addresses only`);
}

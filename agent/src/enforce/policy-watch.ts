import type { RowChange } from '@margay/policy';
import type { KubeClient } from '../kube/client.ts';
import { parseEndpointSlice } from '../kube/endpoint-slice.ts';
import { type AnyInformer, startInformer } from '../kube/informer.ts';
import { problemOf } from '../kube/informer-problem.ts';
import { parseNamespace } from '../kube/namespace.ts';
import { parseNode } from '../kube/node.ts';
import { PATHS } from '../kube/paths.ts';
import { parsePod } from '../kube/pod.ts';
import { parseNetworkPolicy } from '../kube/policy.ts';
import { parseService } from '../kube/service.ts';
import type { Log } from '../log.ts';

interface Named {
  readonly namespace: string;
  readonly name: string;
}

export interface PolicyWatchOptions {
  readonly client: KubeClient;
  readonly log: Log;
  /** Changes of one turn of the event loop. */
  readonly onChange: (change: RowChange) => void;
}

export interface PolicyWatch {
  /** Everything was read at least once: what is known now is a whole, if no longer the newest. */
  readonly synced: Promise<unknown>;
  /** What cannot be read now, in words. */
  problems(): string[];
  stop(): Promise<void>;
}

/** All that policies speak of, kept current by watches. */
export function watchPolicies({ client, log, onChange }: PolicyWatchOptions): PolicyWatch {
  const watch = <T>(
    name: keyof typeof PATHS,
    parse: (object: unknown) => T,
    change: (named: Named, was: T | null, row: T | null) => RowChange,
  ) =>
    startInformer({
      client,
      log,
      resource: { name, path: PATHS[name], parse },
      onChanges: (changes) => {
        for (const { key, previous, value } of changes) onChange(change(namedBy(key), previous, value));
      },
    });
  const namespaceRow = (object: unknown) => {
    const { name, labels } = parseNamespace(object);
    return { name, labels: { ...labels } };
  };
  const podRow = (object: unknown) => parsePod(object).pod;
  const informers: AnyInformer[] = [
    watch('namespaces', namespaceRow, (named, was, row) => ({ of: 'namespaces', ...named, was, row })),
    watch('nodes', parseNode, (named, was, row) => ({ of: 'nodes', ...named, was, row })),
    watch('pods', podRow, (named, was, row) => ({ of: 'pods', ...named, was, row })),
    watch('services', parseService, (named, was, row) => ({ of: 'services', ...named, was, row })),
    watch('endpointslices.discovery.k8s.io', parseEndpointSlice, (named, was, row) => ({
      of: 'endpointSlices',
      ...named,
      was,
      row,
    })),
    watch('networkpolicies.networking.k8s.io', parseNetworkPolicy, (named, was, row) => ({
      of: 'policies',
      ...named,
      was,
      row,
    })),
  ];
  return {
    synced: Promise.all(informers.map((informer) => informer.synced)),
    problems: () => informers.flatMap(problemOf),
    stop: async () => {
      await Promise.all(informers.map((informer) => informer.stop()));
    },
  };
}

/** `namespace/name`, or a name alone. */
function namedBy(key: string): Named {
  const at = key.indexOf('/');
  return { namespace: at < 0 ? '' : key.slice(0, at), name: key.slice(at + 1) };
}

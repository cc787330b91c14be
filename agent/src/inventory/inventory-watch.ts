import type { Inventory } from '@margay/model';
import type { InventoryUpload } from '@margay/wire';
import type { KubeClient } from '../kube/client.ts';
import { type Informer, startInformer } from '../kube/informer.ts';
import type { Log } from '../log.ts';
import { INVENTORY_RESOURCES, type InventoryResource, ROWS_MAX } from './resources.ts';

type Problem = InventoryUpload['problems'][number];
type Row = ReturnType<InventoryResource['parse']>;

export interface InventorySnapshot {
  readonly inventory: Inventory;
  /** What could not be read, or not whole. The rest is as the cluster has it. */
  readonly problems: Problem[];
}

export interface InventoryWatch {
  /** After every kind was read or refused once. */
  readonly settled: Promise<void>;
  snapshot(): InventorySnapshot;
  stop(): Promise<void>;
}

/** Watches everything the inventory shows. `onChange` says that a snapshot would differ from the last. */
export function watchInventory(client: KubeClient, log: Log, onChange: () => void): InventoryWatch {
  const informers = INVENTORY_RESOURCES.map((resource) => {
    const informer: Informer<Row> = startInformer({
      client,
      resource,
      log,
      // Most updates touch only what is stripped: a status, a heartbeat, a managed field.
      onChanges: (changes) => {
        if (changes.some(({ previous, value }) => JSON.stringify(previous) !== JSON.stringify(value))) onChange();
      },
      onState: () => {
        const state = informer.state();
        if ('message' in state) log.warn({ resource: resource.name, reason: state.message }, `list is ${state.kind}`);
        onChange();
      },
    });
    return { kind: resource.kind, informer };
  });
  return {
    settled: Promise.all(informers.map(({ informer }) => informer.settled)).then(() => {}),
    snapshot: () => {
      const problems = informers.flatMap(({ informer }) => problemsOf(informer));
      return { inventory: collect(informers, problems), problems: problems.slice(0, 32) };
    },
    stop: async () => {
      await Promise.all(informers.map(({ informer }) => informer.stop()));
    },
  };
}

function collect(
  informers: readonly { kind: keyof Inventory; informer: Informer<Row> }[],
  problems: Problem[],
): Inventory {
  const rows: Record<keyof Inventory, Row[]> = {
    namespaces: [],
    workloads: [],
    pods: [],
    services: [],
    endpointSlices: [],
    nodes: [],
    policies: [],
  };
  for (const { kind, informer } of informers) {
    for (const row of informer.store.values()) if (row !== null) rows[kind].push(row);
  }
  for (const [kind, list] of Object.entries(rows) as [keyof Inventory, Row[]][]) {
    const over = list.length - ROWS_MAX[kind];
    if (over <= 0) continue;
    list.length = ROWS_MAX[kind];
    problems.push({
      resource: kind,
      reason: 'unavailable',
      message: `${over} of them exceed what a console takes and are left out`,
    });
  }
  // Each list was filled from parsers of its own kind (INVENTORY_RESOURCES).
  return rows as Inventory;
}

function problemsOf({ resource, state, store }: Informer<Row>): Problem[] {
  const problems: Problem[] = [];
  const now = state();
  if ('message' in now) problems.push({ resource: resource.name, reason: now.kind, message: printable(now.message) });
  const [first] = store.rejected();
  if (first) {
    const [key, reason] = first;
    const message = `${store.rejected().size} left out because not valid, first ${key}: ${reason}`;
    problems.push({ resource: resource.name, reason: 'unavailable', message: printable(message) });
  }
  return problems;
}

/** Names in messages are a cluster's own choice; the console takes no NUL and no half of a surrogate pair. */
const printable = (text: string): string => text.toWellFormed().replaceAll('\u0000', '\uFFFD').slice(0, 1_900);

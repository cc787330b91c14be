import { type LossKind, NO_ID } from '@margay/model';
import type { ConnectionSample, NatEntry } from '../flows/window.ts';
import type { ExternalTable } from './external-table.ts';
import { type FlowRow, RowTable } from './flow-row.ts';
import { type Identity, identityOf } from './identity.ts';
import type { Resolution, Resolver } from './resolver.ts';
import { type EndsContext, natKey, type RemoteEnd, remoteEndOf } from './sample-ends.ts';
import type { ServiceBook } from './service-book.ts';

/** A sample with the window it belongs to, which it keeps while it is held. */
export interface WindowSample {
  readonly sample: ConnectionSample;
  readonly windowStartMs: number;
  /** When its window closed: it is held no longer than {@link JoinInput.holdMs} after. */
  readonly sinceMs: number;
}

export interface JoinInput {
  readonly samples: Iterable<WindowSample>;
  readonly natEntries: readonly NatEntry[];
  readonly resolver: Resolver;
  readonly services: ServiceBook;
  readonly externals: ExternalTable;
  readonly nowMs: number;
  /** How long a sample waits for a watch to tell who has an address of the cluster. */
  readonly holdMs: number;
}

export interface JoinResult {
  readonly rows: FlowRow[];
  readonly peers: RowTable['peers'];
  /** To be given in again with the next window. */
  readonly held: WindowSample[];
  readonly losses: { readonly kind: LossKind; readonly count: number }[];
}

/** Who scans addresses that nobody has must not fill memory and disk: beyond this many, samples are not waited for. */
const HELD_MAX = 10_000;

interface Joined extends WindowSample {
  readonly local: Resolution;
  readonly remote: RemoteEnd;
  readonly initiator: 'local' | 'remote';
}

/**
 * Samples of closed windows as rows between peers, each address looked up at the time of its traffic. The order of samples has no
 * say in the result. A sample whose direction or address stays unknown is counted as loss of kind `identity`.
 */
export function joinWindow(input: JoinInput): JoinResult {
  const nat = new Map(
    input.natEntries.map((e) => [
      natKey(e.protocol, e.sourceAddress, e.sourcePort, e.originalAddress, e.originalPort),
      e,
    ]),
  );
  const context: EndsContext = { resolver: input.resolver, services: input.services, nat };
  const table = new RowTable();
  // Those with an end outside: they are named together, when all are known.
  const joined: Joined[] = [];
  const held: WindowSample[] = [];
  let unknown = 0;
  for (const item of input.samples) {
    const one = joinSample(item, context);
    const waits = one !== null && (one.local.kind === 'pending' || one.remote.resolution.kind === 'pending');
    if (waits && held.length < HELD_MAX && input.nowMs - item.sinceMs < input.holdMs) held.push(item);
    else if (one === null) unknown += 1;
    else if (one.local.kind === 'known' && one.remote.resolution.kind === 'known')
      addRow(table, one, one.local.identity, one.remote.resolution.identity);
    else joined.push(one);
  }
  const names = nameOutsiders(joined, input);
  let swallowed = 0;
  for (const one of joined) {
    const local = nameOf(one.local, one.sample.localAddress, names);
    const remote = nameOf(one.remote.resolution, one.remote.address ?? '', names);
    if (local.unknown || remote.unknown) unknown += 1;
    if (local.swallowed || remote.swallowed) swallowed += 1;
    addRow(table, one, local.identity, remote.identity);
  }
  const losses: JoinResult['losses'] = [];
  if (unknown > 0) losses.push({ kind: 'identity', count: unknown });
  if (swallowed > 0) losses.push({ kind: 'address-cap', count: swallowed });
  return { rows: table.rows(), peers: table.peers, held, losses };
}

function addRow(table: RowTable, one: Joined, local: Identity, remote: Identity): void {
  table.add(rowOf(one, table.name(local), table.name(remote)));
  if (one.remote.service) table.name(one.remote.service);
}

function joinSample(item: WindowSample, context: EndsContext): Joined | null {
  const { sample } = item;
  // A connection may be older than what is remembered of its ends; the window is not.
  const timeMs = Math.max(sample.firstSeenMs, Math.min(item.windowStartMs, sample.lastSeenMs));
  const local = context.resolver.resolve(sample.localAddress, timeMs);
  const remote = remoteEndOf(sample, timeMs, context);
  const initiator = sample.initiator === 'unknown' ? initiatorByCluster(sample, remote, context) : sample.initiator;
  if (initiator === null) return null;
  return { ...item, local, remote, initiator };
}

/** Who opened a connection that was under way when the tap came: whoever is not the end that a Service declares. Never by comparing port numbers. */
function initiatorByCluster(
  sample: ConnectionSample,
  remote: RemoteEnd,
  { services }: EndsContext,
): 'local' | 'remote' | null {
  if (remote.opened) return 'local';
  const localServes = services.isEndpoint(sample.localAddress, sample.protocol, sample.localPort);
  const remoteServes = services.isEndpoint(sample.remoteAddress, sample.protocol, sample.remotePort);
  if (localServes === remoteServes) return null;
  return localServes ? 'remote' : 'local';
}

interface Name {
  readonly identity: Identity;
  readonly swallowed?: boolean;
  readonly unknown?: boolean;
}

/** Names for all addresses outside, in their own order, so that the order of samples does not decide who gets the last one. */
function nameOutsiders(joined: readonly Joined[], { externals, resolver, nowMs }: JoinInput): Map<string, Name> {
  const outside = new Set<string>();
  const note = (resolution: Resolution, address: string | null) => {
    if (address === null || resolution.kind === 'known') return;
    if (resolution.kind === 'pending' && resolution.otherwise === 'unknown') return;
    if (resolution.kind === 'pending') resolver.noteOutside(address);
    outside.add(address);
  };
  for (const { sample, local, remote } of joined) {
    note(local, sample.localAddress);
    note(remote.resolution, remote.address);
  }
  return new Map([...outside].sort().map((address) => [address, externals.name(address, nowMs)]));
}

function nameOf(resolution: Resolution, address: string, outsiders: ReadonlyMap<string, Name>): Name {
  if (resolution.kind === 'known') return { identity: resolution.identity };
  return outsiders.get(address) ?? { identity: identityOf({ kind: 'unknown', address }), unknown: true };
}

function rowOf({ sample, windowStartMs, remote, initiator }: Joined, local: string, other: string): FlowRow {
  const out = initiator === 'local';
  const addresses = [sample.localAddress, remote.address].filter((address) => address !== null);
  return {
    windowStart: Math.floor(windowStartMs / 1_000),
    src: out ? local : other,
    dst: out ? other : local,
    service: remote.service?.id ?? NO_ID,
    protocol: sample.protocol,
    port: out ? remote.port : sample.localPort,
    reporter: out ? 'src' : 'dst',
    action: sample.outcome === 'unanswered' ? 'deny' : 'allow',
    evidence: sample.outcome === 'unanswered' ? 'unanswered' : 'kernel',
    bytesForward: out ? sample.bytesOut : sample.bytesIn,
    packetsForward: out ? sample.packetsOut : sample.packetsIn,
    bytesReverse: out ? sample.bytesIn : sample.bytesOut,
    packetsReverse: out ? sample.packetsIn : sample.packetsOut,
    started: sample.started,
    completed: sample.completed,
    firstSeenMs: sample.firstSeenMs,
    lastSeenMs: sample.lastSeenMs,
    addresses: [...new Set(addresses)].sort(),
  };
}

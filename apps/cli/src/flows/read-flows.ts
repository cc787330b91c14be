import { type Inventory, MergedEdge, type Peer, peerId } from '@margay/model';
import { BadInput } from '../command.ts';
import { STDIN } from '../input/read-files.ts';
import { readLines } from '../input/read-lines.ts';
import { startProgress } from '../output/progress.ts';
import { type Conversation, conversationOf, HubbleFlow } from './hubble.ts';
import { createPeerFinder, type PeerFinder } from './peer-of.ts';

export interface ReadFlows {
  readonly edges: readonly MergedEdge[];
  readonly fromMs: number;
  readonly toMs: number;
  /** Lines that say nothing about who talks to whom, such as layer 7, and lines that Hubble lost. */
  readonly passedOver: number;
  readonly lost: number;
}

/**
 * Reads flows as JSON lines: Hubble's (`hubble observe -o jsonpb`, or `-o json`), or edges of Margay's own; each line is recognised by itself.
 *
 * @throws BadInput that names the line.
 */
export function readFlows(path: string, inventory: Inventory): ReadFlows {
  const file = path === STDIN ? 'stdin' : path;
  const peerOf = createPeerFinder(inventory);
  const edges = new Map<string, MergedEdge>();
  const own: MergedEdge[] = [];
  const share = createSharing();
  let [passedOver, lost] = [0, 0];
  const progress = startProgress();
  let number = 0;
  for (const line of readLines(path)) {
    number++;
    if (line.trim() === '') continue;
    progress.show(() => `${number} lines of flows`);
    const where = `${file}, line ${number}`;
    const value = readLine(line, where);
    if ('srcId' in value) own.push(share(decode(MergedEdge, value, where)));
    else if ('lost_events' in value)
      lost += Number((value.lost_events as { num_events_lost?: unknown })?.num_events_lost ?? 0) || 0;
    else if ('node_status' in value) passedOver++;
    else {
      const conversation = conversationOf(decode(HubbleFlow, value.flow ?? value, where));
      if (conversation === null) passedOver++;
      else addConversation(edges, conversation, peerOf);
    }
  }
  progress.end();
  const all = [...own, ...edges.values()];
  if (all.length === 0) throw new BadInput(`${file} says nothing about who talks to whom`);
  return {
    edges: all,
    fromMs: all.reduce((earliest, { firstSeenMs }) => Math.min(earliest, firstSeenMs), Number.POSITIVE_INFINITY),
    toMs: all.reduce((latest, { lastSeenMs }) => Math.max(latest, lastSeenMs), Number.NEGATIVE_INFINITY),
    passedOver,
    lost,
  };
}

/** Peers stand in thousands of lines, and are kept once. */
function createSharing(): (edge: MergedEdge) => MergedEdge {
  const known = new Map<string, { readonly id: string; readonly peer: Peer }>();
  const once = (id: string, peer: Peer) => {
    const found = known.get(id) ?? { id, peer };
    known.set(id, found);
    return found;
  };
  return (edge) => {
    const [src, dst] = [once(edge.srcId, edge.src), once(edge.dstId, edge.dst)];
    return { ...edge, srcId: src.id, src: src.peer, dstId: dst.id, dst: dst.peer };
  };
}

function readLine(line: string, where: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new BadInput(`${where}: no JSON object: one flow a line, as hubble observe -o jsonpb prints it`);
}

function decode<T>(
  schema: {
    safeParse: (value: unknown) => {
      success: boolean;
      data?: T;
      error?: { issues: { path: PropertyKey[]; message: string }[] };
    };
  },
  value: unknown,
  where: string,
): T {
  const { success, data, error } = schema.safeParse(value);
  if (success && data !== undefined) return data;
  const [issue] = error?.issues ?? [];
  throw new BadInput(`${where}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a flow'}`);
}

/** Adds a flow to the edge between its ends. A connection that both ends' nodes saw counts once. */
function addConversation(edges: Map<string, MergedEdge>, one: Conversation, peerOf: PeerFinder): void {
  const [src, dst] = [peerOf(one.client.end, one.client.address), peerOf(one.server.end, one.server.address)];
  const [srcId, dstId] = [peerId(src), peerId(dst)];
  const key = `${srcId} ${dstId} ${one.protocol} ${one.port} ${one.action}`;
  const known = edges.get(key);
  const started = one.opens && !one.isReply && one.seenAt !== 'dst' ? 1 : 0;
  const seenAt = known?.seenAt ?? { src: false, dst: false };
  edges.set(key, {
    srcId,
    src,
    dstId,
    dst,
    protocol: one.protocol,
    port: one.port,
    service: null,
    action: one.action,
    evidence: 'engine',
    seenAt: { src: seenAt.src || one.seenAt === 'src', dst: seenAt.dst || one.seenAt === 'dst' },
    flows: (known?.flows ?? 0) + 1,
    bytesForward: 0,
    packetsForward: (known?.packetsForward ?? 0) + (one.isReply ? 0 : 1),
    bytesReverse: 0,
    packetsReverse: (known?.packetsReverse ?? 0) + (one.isReply ? 1 : 0),
    connectionsStarted: (known?.connectionsStarted ?? 0) + started,
    connectionsCompleted: 0,
    firstSeenMs: Math.min(known?.firstSeenMs ?? one.timeMs, one.timeMs),
    lastSeenMs: Math.max(known?.lastSeenMs ?? one.timeMs, one.timeMs),
  });
}

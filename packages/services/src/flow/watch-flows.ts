import type { Bus } from '@margay/jobs';
import type { ClusterId } from '@margay/model';
import type { z } from 'zod';
import type { Context } from '../core/context.ts';
import type { FlowFilter, FlowView, ListFlowsInput } from '../inputs/flow.ts';
import { listFlows } from './list.ts';

/** How far back a look reaches: windows that may still grow, and what the other end reports late. */
const REACH_MS = 60_000;
/** Agents keep flushing often for a while after the last of these. */
const WATCH_EVERY_MS = 5_000;
/** Without a message a look is due all the same: a lost message costs so much. */
const IDLE_MS = 5_000;
const ROWS_MAX = 200;
/** A stream ends after so long, and its reader opens another: whoever lost access loses the stream. */
const LIFETIME_MS = 10 * 60_000;

export interface WatchFlowsInput {
  readonly clusterId: ClusterId;
  readonly filter: FlowFilter;
}

export interface FlowNews {
  /** Rows that are new or have grown, newest first. Identity of a row: bucket, resolution, peers, port, action. */
  readonly rows: FlowView[];
  /** More than {@link ROWS_MAX} changed at once: the list should be read again. */
  readonly cut: boolean;
  readonly frontierMs: number | null;
}

/**
 * The live tail: first the rows of the last minute, then what is new, as it comes. While it runs, agents of the cluster flush twice a second (a lease, told on the bus).
 * Every look is the verb `flow.list`, with its checks. Ends when `signal` does, and after ten minutes.
 *
 * @param freshContext the caller's context as of now; throws when they may no longer.
 * @throws MargayError as the verb does.
 */
export async function* watchFlows(
  freshContext: () => Context | Promise<Context>,
  bus: Bus,
  input: WatchFlowsInput,
  signal: AbortSignal,
): AsyncGenerator<FlowNews> {
  const bell = new Bell();
  const end = bus.subscribe('flows', {
    onMessage: (key) => {
      if (key === input.clusterId) bell.ring();
    },
    onGap: () => bell.ring(),
  });
  const onAbort = () => bell.ring();
  signal.addEventListener('abort', onAbort);
  let lease: NodeJS.Timeout | undefined;
  const seen = new Map<string, string>();
  const endAt = Date.now() + LIFETIME_MS;
  try {
    while (!signal.aborted && Date.now() < endAt) {
      const news = await look(await freshContext(), input, seen);
      // Not before the first look has proved that the caller may.
      lease ??= keepLease(bus, input.clusterId);
      if (news.rows.length > 0) yield news;
      await bell.wait(IDLE_MS);
    }
  } finally {
    clearInterval(lease);
    signal.removeEventListener('abort', onAbort);
    end();
  }
}

async function look(
  ctx: Context,
  { clusterId, filter }: WatchFlowsInput,
  seen: Map<string, string>,
): Promise<FlowNews> {
  const nowMs = Date.now();
  const request: z.input<typeof ListFlowsInput> = {
    clusterId,
    filter,
    fromMs: nowMs - REACH_MS,
    toMs: nowMs + REACH_MS,
    limit: ROWS_MAX,
  };
  const page = await listFlows(ctx, request);
  const rows = page.rows.filter((row) => isNews(row, seen));
  forget(seen, nowMs - 2 * REACH_MS);
  return { rows, cut: page.nextCursor !== null && rows.length === page.rows.length, frontierMs: page.frontierMs };
}

function isNews(row: FlowView, seen: Map<string, string>): boolean {
  const { bucketStartMs, srcId, dstId, protocol, port, action, service, seenAt } = row;
  const id = [bucketStartMs, srcId, dstId, protocol, port, action].join(' ');
  const state = [
    row.bytesForward,
    row.bytesReverse,
    row.packetsForward,
    row.connectionsStarted,
    row.connectionsCompleted,
    service?.name,
    seenAt.src,
    seenAt.dst,
    row.verdict,
  ].join(' ');
  if (seen.get(id) === state) return false;
  seen.set(id, state);
  return true;
}

function forget(seen: Map<string, string>, beforeMs: number): void {
  for (const id of seen.keys()) if (Number(id.slice(0, id.indexOf(' '))) < beforeMs) seen.delete(id);
}

function keepLease(bus: Bus, clusterId: ClusterId): NodeJS.Timeout {
  bus.publish('watch', clusterId);
  const timer = setInterval(() => bus.publish('watch', clusterId), WATCH_EVERY_MS);
  timer.unref();
  return timer;
}

/** Wakes a waiter; a ring while nobody waits is kept, several are one. */
class Bell {
  #rung = false;
  #wake: (() => void) | null = null;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  async wait(timeoutMs: number): Promise<void> {
    if (!this.#rung)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    this.#rung = false;
    this.#wake = null;
  }
}

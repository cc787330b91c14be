import type { HandlerDeps } from './handler-deps.ts';

/** Takes closed arrivals into the levels. */
export async function rollUp({ maintenance, metrics, log, now }: HandlerDeps): Promise<void> {
  const { ranges, rows, behindMs } = await maintenance.rollUp(now().getTime());
  metrics.rolledRows.inc(rows);
  metrics.behindSeconds.set(behindMs / 1000);
  if (rows > 0) log.debug({ ranges, rows, behindMs }, 'rolled up');
}

/** Makes partitions ahead, drops those past retention, deletes definitions of peers that nothing refers to. */
export async function keepUp({ maintenance, log, now }: HandlerDeps): Promise<void> {
  const { created, dropped, deletedPeers } = await maintenance.upkeep(now().getTime());
  if (created.length + dropped.length > 0) log.info({ created, dropped }, 'partitions');
  if (deletedPeers > 0) log.info({ deletedPeers }, 'definitions of peers that nothing refers to any more are deleted');
}

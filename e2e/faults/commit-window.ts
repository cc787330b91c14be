import { buildBatches } from '../../agent/src/flows/build-batches.ts';
import { batchId } from '../../agent/src/uplink/batch-id.ts';
import type { Spool } from '../../agent/src/uplink/spool.ts';
import { trafficOf, type WindowSpec } from './traffic.ts';

/** Puts a window's rows into the spool as the agent's pipeline does: a window that is there already is not put in again. */
export async function commitWindow(spool: Spool, boot: string, spec: WindowSpec): Promise<void> {
  const { node, epoch } = spec;
  if (spool.isCommitted(boot, epoch)) return;
  const { rows, peers } = trafficOf(spec);
  await spool.commit({
    boot,
    epoch,
    held: [],
    batchesOf: (losses, sequence) =>
      buildBatches({ node, boot, rows, peers, losses, sequence, idOf: (part) => batchId(node, boot, epoch, part) }),
  });
}

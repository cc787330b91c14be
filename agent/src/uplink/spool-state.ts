import { readFile } from 'node:fs/promises';
import { Loss } from '@margay/wire';
import { z } from 'zod';

const Sample = z.object({
  interfaceIndex: z.number(),
  localAddress: z.string(),
  remoteAddress: z.string(),
  protocol: z.number(),
  localPort: z.number(),
  remotePort: z.number(),
  initiator: z.enum(['local', 'remote', 'unknown']),
  bytesOut: z.number(),
  packetsOut: z.number(),
  bytesIn: z.number(),
  packetsIn: z.number(),
  started: z.number(),
  completed: z.number(),
  outcome: z.enum(['answered', 'unanswered']),
  firstSeenMs: z.number(),
  lastSeenMs: z.number(),
});

/** Written last of a window's files: from then on the window counts as read. */
export const SpoolState = z.object({
  /** Of the last window that was committed. */
  boot: z.string(),
  epoch: z.number().int(),
  nextSequence: z.number().int(),
  /** Samples of committed windows that wait for an identity. */
  held: z.array(z.object({ sample: Sample, windowStartMs: z.number(), sinceMs: z.number() })),
  losses: z.array(Loss),
});
export type SpoolState = z.infer<typeof SpoolState>;

export const FRESH_STATE: SpoolState = { boot: '', epoch: -1, nextSequence: 0, held: [], losses: [] };

/** @returns a fresh state where there is none or where it cannot be read (another version's, cut by a full disk). */
export async function readSpoolState(path: string): Promise<SpoolState> {
  try {
    return SpoolState.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return FRESH_STATE;
  }
}

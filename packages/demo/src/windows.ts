import { createHash } from 'node:crypto';
import { WINDOW_SECONDS } from '@margay/model';
import type { FlowBatch } from '@margay/wire';
import type { Recording } from './recording.ts';

/** Gives the recording's windows present times: it begins anew whenever it is over. */
export class Windows {
  readonly #recording: Recording;
  readonly #byStart = new Map<number, FlowBatch[]>();

  constructor(recording: Recording) {
    this.#recording = recording;
    for (const batch of recording.batches) {
      const start = batch.columns.windowStart[0];
      if (start === undefined) continue;
      const batches = this.#byStart.get(start);
      if (batches) batches.push(batch);
      else this.#byStart.set(start, [batch]);
    }
  }

  /**
   * What is sent for the window that starts at `startSeconds` (a multiple of the window). The same window of the same cluster always has the same ids: sent
   * twice, by another process or after a restart, it is counted once.
   */
  at(startSeconds: number, clusterId: string, sentAtMs: number): FlowBatch[] {
    const { startSeconds: first, spanSeconds } = this.#recording;
    const recorded = first + modulo(startSeconds - first, spanSeconds);
    return (this.#byStart.get(recorded) ?? []).map((batch, index) => {
      const id = idOf(`${clusterId} ${startSeconds} ${index}`);
      const sequence = (startSeconds / WINDOW_SECONDS) * 100 + index;
      const head = { ...batch.head, id, boot: 'demo', sequence, sentAtMs, losses: [], peers: [] };
      return { head, columns: shifted(batch, startSeconds - recorded) };
    });
  }
}

function shifted({ columns }: FlowBatch, bySeconds: number): FlowBatch['columns'] {
  const byMs = bySeconds * 1_000;
  return {
    ...columns,
    windowStart: columns.windowStart.map((seconds) => seconds + bySeconds),
    firstSeenMs: columns.firstSeenMs.map((ms) => ms + byMs),
    lastSeenMs: columns.lastSeenMs.map((ms) => ms + byMs),
  };
}

const modulo = (value: number, by: number) => ((value % by) + by) % by;

/** Version 8 of RFC 9562: made of a hash. */
function idOf(text: string): string {
  const hex = createHash('sha256').update(`demo ${text}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

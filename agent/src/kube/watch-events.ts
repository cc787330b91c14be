import { MargayError } from '@margay/model';
import { z } from 'zod';

const LINE_BYTES_MAX = 16 << 20;
const NEWLINE = 10;

const WatchEvent = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: z.unknown(),
});
export type WatchEvent = z.infer<typeof WatchEvent>;

/**
 * Splits a watch's body into events, one JSON object a line (Kubernetes API concepts, "Efficient detection of changes").
 *
 * @throws MargayError TOO_LARGE for an endless line, VALIDATION for one that is no event: the caller lists again, so nothing is lost.
 */
export async function* watchEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<WatchEvent> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of body) {
    const data = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = data.indexOf(NEWLINE); end !== -1; end = data.indexOf(NEWLINE, start)) {
      if (end > start) yield parseEvent(data.toString('utf8', start, end));
      start = end + 1;
    }
    rest = data.subarray(start);
    if (rest.length > LINE_BYTES_MAX)
      throw new MargayError('TOO_LARGE', `A watch event exceeds ${LINE_BYTES_MAX} bytes`);
  }
}

function parseEvent(line: string): WatchEvent {
  try {
    return WatchEvent.parse(JSON.parse(line));
  } catch (cause) {
    throw new MargayError('VALIDATION', 'A watch sent a line that is no event', { cause });
  }
}

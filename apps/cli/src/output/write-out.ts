import { once } from 'node:events';

const CHUNK_LENGTH = 1 << 16;

/** Writes pieces to stdout as fast as its reader takes them: a listing may be larger than memory. */
export async function writeOut(pieces: Iterable<string>): Promise<void> {
  let pending = '';
  for (const piece of pieces) {
    pending += piece;
    if (pending.length < CHUNK_LENGTH) continue;
    const full = pending;
    pending = '';
    if (!process.stdout.write(full)) await once(process.stdout, 'drain');
  }
  if (pending !== '' && !process.stdout.write(pending)) await once(process.stdout, 'drain');
}

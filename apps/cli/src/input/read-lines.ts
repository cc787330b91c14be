import { closeSync, openSync, readSync } from 'node:fs';
import { BadInput } from '../command.ts';
import { claimStdin, complain, STDIN } from './read-files.ts';

const CHUNK_BYTES = 1 << 20;
/** No flow is as long: what has no line ends is no file of lines. */
const LINE_MAX = 1 << 24;

/**
 * Lines of a file, or of stdin for `-`, one after the other: a record of a day is larger than a text may be.
 *
 * @throws BadInput where it cannot be read.
 */
export function* readLines(path: string): Generator<string> {
  const name = path === STDIN ? 'stdin' : path;
  if (path === STDIN) claimStdin();
  const file = path === STDIN ? 0 : attempt(name, () => openSync(path, 'r'));
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(CHUNK_BYTES);
  let rest = '';
  try {
    for (;;) {
      const length = attempt(name, () => readChunk(file, chunk));
      const lines = (rest + decoder.decode(chunk.subarray(0, length), { stream: length > 0 })).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > LINE_MAX) throw new BadInput(`${name} has a line of more than ${LINE_MAX} characters`);
      yield* lines;
      if (length === 0) break;
    }
  } finally {
    if (file !== 0) closeSync(file);
  }
  if (rest !== '') yield rest;
}

/** Ends of pipes: what has no data yet says so on some systems (EAGAIN), and what is closed says EOF on Windows. */
function readChunk(file: number, chunk: Uint8Array): number {
  for (;;) {
    try {
      return readSync(file, chunk);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
    }
  }
}
const WAIT_MS = 10;

function attempt<T>(name: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw complain(name, error);
  }
}

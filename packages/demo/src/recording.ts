import { readFile } from 'node:fs/promises';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { WINDOW_SECONDS } from '@margay/model';
import { BatchHead, decodeBatch, encodeBatch, type FlowBatch, InventoryUpload } from '@margay/wire';
import { z } from 'zod';

/** Of the file; unpacked it may be 32 times as much. */
export const RECORDING_BYTES_MAX = 2 << 20;
const UNPACKED_BYTES_MAX = 64 << 20;
const FILE = new URL('../recording/cluster.zst', import.meta.url);

const Cover = z.object({
  version: z.literal(1),
  /** First window, epoch seconds, and how much of time is covered; both multiples of the window. */
  startSeconds: z.number().int().multipleOf(WINDOW_SECONDS),
  spanSeconds: z.number().int().min(WINDOW_SECONDS).multipleOf(WINDOW_SECONDS),
  node: z.string(),
  inventory: InventoryUpload,
  /** Every peer that a batch names. */
  peers: BatchHead.shape.peers,
  batches: z.number().int().min(1).max(10_000),
});

/** Minutes of a real cluster's uploads: its inventory, and batches without definitions of peers, each of one window. */
export interface Recording extends Omit<z.infer<typeof Cover>, 'version' | 'batches'> {
  readonly batches: readonly FlowBatch[];
}

/** The file is not a recording that this version reads. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
}

/** @returns zstd of: u32 length and JSON of the cover, then u32 length and wire form of each batch. @throws RecordingError when it is larger than {@link RECORDING_BYTES_MAX} */
export function packRecording({ batches, ...cover }: Recording): Uint8Array {
  const head = Buffer.from(
    JSON.stringify({ version: 1, ...cover, batches: batches.length } satisfies z.input<typeof Cover>),
  );
  const parts = [head, ...batches.map((batch) => Buffer.from(encodeBatch(batch)))];
  const packed = zstdCompressSync(Buffer.concat(parts.flatMap((part) => [lengthOf(part), part])), {
    params: { [constants.ZSTD_c_compressionLevel]: 19 },
  });
  if (packed.length > RECORDING_BYTES_MAX)
    throw new RecordingError(
      `the recording has ${packed.length} bytes, of ${RECORDING_BYTES_MAX}: record for a shorter time`,
    );
  return packed;
}

/** Reads the recording that comes with Margay, or another. @throws RecordingError */
export async function readRecording(file: URL | string = FILE): Promise<Recording> {
  return unpack(await readFile(file));
}

function unpack(packed: Uint8Array): Recording {
  try {
    const bytes = zstdDecompressSync(packed, { maxOutputLength: UNPACKED_BYTES_MAX });
    const [head, ...rest] = partsOf(bytes);
    const { version: _, batches: count, ...cover } = Cover.parse(JSON.parse(head?.toString() ?? ''));
    if (rest.length !== count) throw new RecordingError(`${rest.length} batches, not ${count}`);
    return { ...cover, batches: rest.map((part) => decodeBatch(part)) };
  } catch (error) {
    throw new RecordingError('this is not a recording that this version reads: make it anew', { cause: error });
  }
}

function lengthOf(part: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(part.length);
  return length;
}

function partsOf(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32LE(at);
    if (end > bytes.length) throw new RecordingError('it is cut off');
    // A copy of its own: the decoder takes columns as views, which must stand at multiples of 8.
    parts.push(Buffer.from(bytes.subarray(at + 4, end)));
    at = end;
  }
  return parts;
}

import { promisify } from 'node:util';
import { zstdDecompress, zstdDecompressSync } from 'node:zlib';
import { MargayError } from '@margay/model';

const decompressAsync = promisify(zstdDecompress);
const CHUNK_BYTES = 1 << 20;
/** What claims to hold no more is done at once: a millisecond, where handing it to another thread and back costs more. */
const SYNC_BYTES_MAX = 1 << 20;

/**
 * What a zstd body holds, at most `bytesMax` of it: a bomb ends at the bound, having cost no more memory than that; one that lies about its size, at its own claim.
 * What is large runs in libuv's threads, and the event loop goes on.
 *
 * @throws MargayError TOO_LARGE beyond the bound, VALIDATION for what is not zstd or not whole.
 */
export async function decompress(body: Buffer, bytesMax: number): Promise<Buffer> {
  const claimed = contentBytes(body);
  try {
    if (claimed !== null && claimed > 0 && claimed <= Math.min(SYNC_BYTES_MAX, bytesMax))
      return zstdDecompressSync(body, { maxOutputLength: claimed, chunkSize: Math.max(64, claimed) });
    return await decompressAsync(body, { maxOutputLength: bytesMax, chunkSize: CHUNK_BYTES });
  } catch (cause) {
    if ((cause as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE')
      throw new MargayError(
        'TOO_LARGE',
        `decompressed, the body is larger than ${Math.min(bytesMax, claimed ?? bytesMax)} bytes: send less at once`,
        { cause },
      );
    throw new MargayError('VALIDATION', 'the body is not whole zstd data', { cause });
  }
}

/** The size that the frame's header claims, a hint for the first allocation; null where it claims none (RFC 8878 §3.1.1.1). */
function contentBytes(frame: Buffer): number | null {
  if (frame.length < 18 || frame.readUInt32LE(0) !== 0xfd2fb528) return null;
  const descriptor = frame.readUInt8(4);
  const single = (descriptor & 0x20) !== 0;
  const at = 5 + (single ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] ?? 0);
  switch (descriptor >> 6) {
    case 0:
      return single ? frame.readUInt8(at) : null;
    case 1:
      return frame.readUInt16LE(at) + 256;
    case 2:
      return frame.readUInt32LE(at);
    default:
      return Number(frame.readBigUInt64LE(at));
  }
}

import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import { MargayError } from '@margay/model';

const decompressAsync = promisify(zstdDecompress);
const CHUNK_BYTES_MIN = 64 << 10;
const CHUNK_BYTES_MAX = 4 << 20;

/**
 * What a zstd body holds, at most `bytesMax` of it: a bomb ends at the bound, having cost no more memory than that.
 * Runs in libuv's threads; the event loop goes on.
 *
 * @throws MargayError TOO_LARGE beyond the bound, VALIDATION for what is not zstd or not whole.
 */
export async function decompress(body: Buffer, bytesMax: number): Promise<Buffer> {
  try {
    const chunkSize = Math.min(Math.max(contentBytes(body) ?? 0, CHUNK_BYTES_MIN), CHUNK_BYTES_MAX, bytesMax);
    return await decompressAsync(body, { maxOutputLength: bytesMax, chunkSize });
  } catch (cause) {
    if ((cause as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE')
      throw new MargayError('TOO_LARGE', `decompressed, the body is larger than ${bytesMax} bytes: send less at once`, {
        cause,
      });
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

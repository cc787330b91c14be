import type { IncomingMessage } from 'node:http';
import { MargayError } from '@margay/model';

const tooLarge = (bytesMax: number) =>
  new MargayError('TOO_LARGE', `the body is larger than ${bytesMax} bytes: send less at once`);

/**
 * Length that the headers announce, for admission; null for a chunked body.
 *
 * @throws MargayError TOO_LARGE before a byte is read.
 */
export function announcedBytes(request: IncomingMessage, bytesMax: number): number | null {
  const header = request.headers['content-length'];
  if (header === undefined) return null;
  const bytes = Number(header);
  if (bytes > bytesMax) throw tooLarge(bytesMax);
  return bytes;
}

/**
 * The whole body.
 *
 * @throws MargayError TOO_LARGE at the first byte too many, VALIDATION when the sender hangs up.
 */
export function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const body = new Collected(announcedBytes(request, bytesMax));
    const onData = (chunk: Buffer) => {
      if (body.bytes + chunk.length > bytesMax) fail(tooLarge(bytesMax));
      else body.add(chunk);
    };
    const fail = (error: Error) => {
      request.off('data', onData);
      request.pause();
      reject(error);
    };
    request.on('data', onData);
    request.once('end', () => resolve(body.take()));
    request.once('error', (cause) => fail(new MargayError('VALIDATION', 'the body broke off', { cause })));
    request.once('close', () => {
      if (!request.complete) fail(new MargayError('VALIDATION', 'the body broke off'));
    });
  });
}

/** Chunks of a body: copied into place as they come where its length is known, kept and joined at the end where not. */
class Collected {
  readonly #whole: Buffer | null;
  readonly #chunks: Buffer[] = [];
  bytes = 0;

  constructor(announced: number | null) {
    this.#whole = announced === null ? null : Buffer.allocUnsafe(announced);
  }

  add(chunk: Buffer): void {
    if (this.#whole) chunk.copy(this.#whole, this.bytes);
    else this.#chunks.push(chunk);
    this.bytes += chunk.length;
  }

  take(): Buffer {
    return this.#whole ? this.#whole.subarray(0, this.bytes) : Buffer.concat(this.#chunks);
  }
}

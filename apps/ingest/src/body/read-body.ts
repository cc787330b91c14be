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
    const chunks: Buffer[] = [];
    let bytes = 0;
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > bytesMax) fail(tooLarge(bytesMax));
      else chunks.push(chunk);
    };
    const fail = (error: Error) => {
      request.off('data', onData);
      request.pause();
      reject(error);
    };
    request.on('data', onData);
    request.once('end', () => resolve(chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks)));
    request.once('error', (cause) => fail(new MargayError('VALIDATION', 'the body broke off', { cause })));
    request.once('close', () => {
      if (!request.complete) fail(new MargayError('VALIDATION', 'the body broke off'));
    });
  });
}

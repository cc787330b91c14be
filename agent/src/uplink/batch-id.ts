import { createHash } from 'node:crypto';

/**
 * The UUID of one part of one window of one node (version 8, RFC 9562: made of a hash): the same window always gives the same id,
 * so that a window sent again, by a retry or after a restart, is counted once.
 */
export function batchId(node: string, boot: string, epoch: number, part: number): string {
  const bytes = createHash('sha256')
    .update(JSON.stringify([node, boot, epoch, part]))
    .digest()
    .subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

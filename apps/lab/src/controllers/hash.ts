import { createHash, randomBytes } from 'node:crypto';

/** What Kubernetes writes suffixes with: no vowels, so that no words appear. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** A stable suffix for a pod template, as in `frontend-7d4c9b8f5x`. */
export function templateHash(template: unknown, length = 10): string {
  const digest = createHash('sha256').update(JSON.stringify(template)).digest();
  return toText(digest, length);
}

export function randomSuffix(length = 5): string {
  return toText(randomBytes(length), length);
}

function toText(bytes: Buffer, length: number): string {
  return [...bytes.subarray(0, length)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
}

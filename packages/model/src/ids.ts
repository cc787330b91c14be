import { sha256 } from '@noble/hashes/sha2.js';
import { z } from 'zod';

/** Ids of tenant rows are UUIDs (version 7 where the database makes them), branded so that one cannot stand for another. */
export const OrgId = z.uuid().brand('OrgId');
export type OrgId = z.infer<typeof OrgId>;
export const ClusterId = z.uuid().brand('ClusterId');
export type ClusterId = z.infer<typeof ClusterId>;
export const UserId = z.uuid().brand('UserId');
export type UserId = z.infer<typeof UserId>;

/** 64-bit content hash as 16 lower-case hex digits: ids of peers and traces within a cluster. */
export const Hash64 = z.string().regex(/^[0-9a-f]{16}$/, 'expected 16 lower-case hex digits');
export type Hash64 = z.infer<typeof Hash64>;

/** Stands for "none" wherever a Hash64 column may be empty (no Service, no trace). Never the id of a real thing. */
export const NO_ID: Hash64 = '0000000000000000';

/**
 * First 64 bits of SHA-256 of `text`, big-endian, as hex. `salt` (0 for none) re-salts after a detected collision.
 * Never returns {@link NO_ID}.
 */
export function hash64(text: string, salt = 0): Hash64 {
  const digest = sha256(new TextEncoder().encode(salt === 0 ? text : `${salt}\u0000${text}`));
  let hex = '';
  for (const byte of digest.subarray(0, 8)) hex += byte.toString(16).padStart(2, '0');
  return hex === NO_ID ? '0000000000000001' : hex;
}

/** Upper and lower 32 bits of a {@link Hash64}; ids travel and are stored as two u32 columns, not as a BigInt a row. */
export function splitHash64(id: Hash64): { hi: number; lo: number } {
  return { hi: Number.parseInt(id.slice(0, 8), 16), lo: Number.parseInt(id.slice(8), 16) };
}

/** Inverse of {@link splitHash64}. */
export function joinHash64(hi: number, lo: number): Hash64 {
  return (hi >>> 0).toString(16).padStart(8, '0') + (lo >>> 0).toString(16).padStart(8, '0');
}

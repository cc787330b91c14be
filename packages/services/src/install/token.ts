import { createHash, randomBytes } from 'node:crypto';

const TOKEN = /^mgt_[0-9a-f]{64}$/;
const BEARER = /^mgc_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([0-9a-f]{64})$/;

/** 256 random bits as 64 hex digits. */
export function newSecret(): string {
  return randomBytes(32).toString('hex');
}

/** What is stored of a token or secret. They are random in full, so one round of SHA-256 is enough; argon2 is for what people choose. */
export function sha256(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createHash('sha256').update(text).digest());
}

export function isInstallToken(text: string): boolean {
  return TOKEN.test(text);
}

/** The parts of an agent's bearer `mgc_<id>.<secret>`; null for anything else. */
export function parseBearer(bearer: string): { credentialId: string; secret: string } | null {
  const [, credentialId, secret] = BEARER.exec(bearer) ?? [];
  return credentialId !== undefined && secret !== undefined ? { credentialId, secret } : null;
}

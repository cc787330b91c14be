import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const ID = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9_-]{1,128}$/);
const SECRET = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9_-]{16,256}$/);

export interface Credential {
  readonly id: string;
  readonly secret: string;
}

/** The bearer of every request but enrolment. */
export const bearerOf = (credential: Credential): string => `mgc_${credential.id}.${credential.secret}`;

/** Null for anything that could not have been issued: an empty Secret, half a write. */
export function parseCredential(id: unknown, secret: unknown): Credential | null {
  const parsed = z.object({ id: ID, secret: SECRET }).safeParse({ id, secret });
  return parsed.success ? parsed.data : null;
}

/** Reads the files `id` and `secret` of the mounted Secret. Null while they are not there. */
export async function readCredential(directory: string): Promise<Credential | null> {
  const read = (name: string) => readFile(join(directory, name), 'utf8').catch(() => null);
  return parseCredential(await read('id'), await read('secret'));
}

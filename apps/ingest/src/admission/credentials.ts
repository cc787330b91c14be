import { createHash } from 'node:crypto';
import { MargayError } from '@margay/model';
import type { AdmittedAgent } from '@margay/services';
import { busy } from '../refusal.ts';

/** How long a revoked credential may still pass, at most: where the bus did not say that it was. */
const TRUST_MS = 3_000;
/** How long a refused one is not asked for again. */
const REFUSE_MS = 1_000;
const ENTRIES_MAX = 20_000;
/** Lookups under way: guesses must not take the database's connections from agents. */
const LOOKUPS_MAX = 16;

interface Entry {
  readonly answer: Promise<AdmittedAgent>;
  untilMs: number;
  /** Null while it is asked for, and where it was refused. */
  clusterId: string | null;
}

/**
 * Who a bearer is, asked of the database at most every few seconds. Secrets are not kept: entries stand under the SHA-256 of the bearer.
 * The tenant of everything that follows comes from here and from nowhere else.
 */
export class Credentials {
  readonly #lookUp: (bearer: string) => Promise<AdmittedAgent>;
  readonly #entries = new Map<string, Entry>();
  readonly #now: () => number;
  #lookups = 0;

  constructor(lookUp: (bearer: string) => Promise<AdmittedAgent>, now: () => number = Date.now) {
    this.#lookUp = lookUp;
    this.#now = now;
  }

  /** @throws MargayError UNAUTHENTICATED or UNAVAILABLE, Refusal 429. */
  async admit(bearer: string | null): Promise<AdmittedAgent> {
    if (bearer === null)
      throw new MargayError('UNAUTHENTICATED', 'send the credential as "authorization: Bearer <credential>"');
    const key = createHash('sha256').update(bearer).digest('base64');
    const known = this.#entries.get(key);
    if (known && known.untilMs > this.#now()) return await known.answer;
    if (this.#lookups >= LOOKUPS_MAX) throw busy('too many credentials to check: try again', 1);
    const entry: Entry = {
      answer: this.#ask(bearer),
      untilMs: Number.POSITIVE_INFINITY,
      clusterId: null,
    };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    this.#trim();
    try {
      const admitted = await entry.answer;
      entry.clusterId = admitted.clusterId;
      entry.untilMs = this.#now() + TRUST_MS;
      return admitted;
    } catch (error) {
      const refused = error instanceof MargayError && error.code === 'UNAUTHENTICATED';
      entry.untilMs = refused ? this.#now() + REFUSE_MS : 0;
      throw error;
    }
  }

  /** Forgets who was admitted for that cluster, or for any where none is named: each is asked for again. */
  forget(clusterId?: string): void {
    for (const [key, entry] of this.#entries) {
      if (clusterId !== undefined && entry.clusterId !== null && entry.clusterId !== clusterId) continue;
      this.#entries.delete(key);
    }
  }

  async #ask(bearer: string): Promise<AdmittedAgent> {
    this.#lookups++;
    try {
      return await this.#lookUp(bearer);
    } finally {
      this.#lookups--;
    }
  }

  #trim(): void {
    for (const key of this.#entries.keys()) {
      if (this.#entries.size <= ENTRIES_MAX) return;
      this.#entries.delete(key);
    }
  }
}

/** The token of `authorization: Bearer <token>` (RFC 6750 §2.1); null where there is none. */
export function bearerOf(header: string | undefined): string | null {
  return /^Bearer +([A-Za-z0-9._~+/-]{1,200}=*) *$/i.exec(header ?? '')?.[1] ?? null;
}

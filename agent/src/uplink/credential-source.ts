import type { Log } from '../log.ts';
import { pause } from '../pause.ts';
import { type Credential, readCredential } from './credential.ts';

const POLL_MS = 1_000;

/** The credential as the mounted Secret has it, read again when the console refused the one at hand. */
export class CredentialSource {
  readonly #directory: string;
  readonly #log: Log;
  #current: Credential | null = null;
  #told = false;

  constructor(directory: string, log: Log) {
    this.#directory = directory;
    this.#log = log;
  }

  /** Waits until there is one; null when `signal` aborts first. */
  async get(signal: AbortSignal): Promise<Credential | null> {
    while (!signal.aborted) {
      this.#current ??= await readCredential(this.#directory);
      if (this.#current) return this.#current;
      if (!this.#told)
        this.#log.info({ directory: this.#directory }, 'waiting for the cluster role to enrol; flows are kept on disk');
      this.#told = true;
      await pause(POLL_MS, signal);
    }
    return null;
  }

  /** The console refused `credential`: the next {@link CredentialSource.get} reads the files again. */
  refused(credential: Credential): void {
    if (this.#current !== credential) return;
    this.#current = null;
    this.#log.warn(
      { credential: credential.id },
      'the console refused the credential: it was revoked or belongs to another console. Reading it again; a new install link from the console brings a new one',
    );
  }
}

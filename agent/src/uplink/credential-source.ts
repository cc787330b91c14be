import type { Log } from '../log.ts';
import { pause } from '../pause.ts';
import { type Credential, readCredential } from './credential.ts';

const POLL_MS = 1_000;

export interface CredentialSourceOptions {
  /** Where the Secret is mounted. */
  readonly directory: string;
  /** The Secret as the API server has it now: a kubelet brings a change to the mount only a minute or two later. Failing means none. */
  readonly stored: () => Promise<Credential | null>;
  readonly log: Log;
}

/** The credential as its Secret has it, read again when the console refused the one at hand. */
export class CredentialSource {
  readonly #options: CredentialSourceOptions;
  #current: Credential | null = null;
  #refusedId = '';
  #told = false;

  constructor(options: CredentialSourceOptions) {
    this.#options = options;
  }

  /** Waits until there is one; null when `signal` aborts first. */
  async get(signal: AbortSignal): Promise<Credential | null> {
    while (!signal.aborted) {
      this.#current ??= await this.#read();
      if (this.#current) return this.#current;
      const { directory, log } = this.#options;
      if (!this.#told) log.info({ directory }, 'waiting for the cluster role to enrol; flows are kept on disk');
      this.#told = true;
      await pause(POLL_MS, signal);
    }
    return null;
  }

  /** The console refused `credential`: the next {@link CredentialSource.get} reads again. */
  refused(credential: Credential): void {
    if (this.#current !== credential) return;
    this.#current = null;
    this.#refusedId = credential.id;
    this.#options.log.warn(
      { credential: credential.id },
      'the console refused the credential: it was revoked or belongs to another console. Reading it again; a new install link from the console brings a new one',
    );
  }

  async #read(): Promise<Credential | null> {
    const mounted = await readCredential(this.#options.directory);
    if (mounted && mounted.id !== this.#refusedId) return mounted;
    return (await this.#options.stored().catch(() => null)) ?? mounted;
  }
}

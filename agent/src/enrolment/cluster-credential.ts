import { MargayError } from '@margay/model';
import { backoffMs } from '../backoff.ts';
import type { KubeClient } from '../kube/client.ts';
import { KubeError } from '../kube/kube-error.ts';
import type { Log } from '../log.ts';
import { pause } from '../pause.ts';
import type { ConsoleClient } from '../uplink/console-client.ts';
import type { Credential } from '../uplink/credential.ts';
import { WireRefusal } from '../uplink/wire-refusal.ts';
import { readClusterFacts } from './cluster-facts.ts';
import type { CredentialSecret } from './credential-secret.ts';
import { enrol, reportTrouble } from './enrol.ts';

const BACKOFF = { firstMs: 500, mostMs: 30_000, random: Math.random };
const READ_AGAIN_MS = 10_000;
const NEW_LINK = 'make a new install link in the console and apply it';

export interface ClusterCredentialOptions {
  readonly client: KubeClient;
  readonly console: ConsoleClient;
  readonly secret: CredentialSecret;
  readonly installToken: string | null;
  readonly version: string;
  readonly log: Log;
}

/**
 * The cluster's credential: the Secret's, and only where it holds none that the console takes, a new one bought with the install
 * token. A new one is used after it was written: should the agent die between, the unused one can still be bought again.
 */
export class ClusterCredential {
  readonly #options: ClusterCredentialOptions;
  readonly #refused = new Set<string>();
  #token: string | null;
  #current: Credential | null = null;
  #pending: Promise<Credential | null> | null = null;
  #said = '';
  #reported = '';

  constructor(options: ClusterCredentialOptions) {
    this.#options = options;
    this.#token = options.installToken;
  }

  /** Waits until there is one; null when `signal` aborts first. */
  async get(signal: AbortSignal): Promise<Credential | null> {
    if (this.#current) return this.#current;
    this.#pending ??= this.#obtain(signal).finally(() => {
      this.#pending = null;
    });
    return this.#pending;
  }

  /** The console refused it: it was revoked, or is another console's. */
  refused(credential: Credential): void {
    this.#refused.add(credential.id);
    if (this.#current?.id === credential.id) this.#current = null;
  }

  async #obtain(signal: AbortSignal): Promise<Credential | null> {
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        this.#current = (await this.#fromSecret()) ?? (await this.#fromToken(signal));
        if (this.#current) return this.#current;
        await pause(READ_AGAIN_MS, signal);
      } catch (error) {
        if (signal.aborted) break;
        await this.#report(error, signal);
        this.#say('warn', `no credential yet: ${error instanceof Error ? error.message : error}${hintOf(error)}`);
        await pause(backoffMs(failures, BACKOFF), signal);
      }
    }
    return null;
  }

  async #fromSecret(): Promise<Credential | null> {
    const stored = await this.#options.secret.read();
    if (!stored || !this.#refused.has(stored.id)) return stored;
    if (this.#token === null) {
      this.#say(
        'error',
        `the console refuses this cluster’s credential: it was revoked, or belongs to another console. To connect again, ${NEW_LINK}`,
      );
    }
    return null;
  }

  async #fromToken(signal: AbortSignal): Promise<Credential | null> {
    const { client, console, version, log } = this.#options;
    const token = this.#token;
    if (token === null) {
      this.#say('error', `this cluster is not enrolled and no install token is at hand: ${NEW_LINK}`);
      return null;
    }
    try {
      const { credential, clusterName } = await enrol(console, token, await readClusterFacts(client), version, signal);
      await this.#store(credential, signal);
      this.#token = null;
      log.info(
        { cluster: clusterName, credential: credential.id },
        'enrolled; nodes find the credential in the Secret',
      );
      return credential;
    } catch (error) {
      if (!(error instanceof WireRefusal) || (error.retryable && error.status !== 401)) throw error;
      this.#token = null;
      this.#say('error', `the console does not take the install token (${error.message}): ${NEW_LINK}`);
      return null;
    }
  }

  /** Tries for as long as it takes: the token is spent, so losing the credential would mean a new install link. */
  async #store(credential: Credential, signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        return await this.#options.secret.write(credential);
      } catch (error) {
        this.#say('error', error instanceof Error ? error.message : String(error));
        await this.#report(error, signal);
        await pause(backoffMs(failures, BACKOFF), signal);
      }
    }
  }

  /** A permission that is missing shows in the console too, once: whoever applied the line looks there, not into a log. */
  async #report(error: unknown, signal: AbortSignal): Promise<void> {
    if (this.#token === null || !isForbidden(error) || error.message === this.#reported) return;
    try {
      await reportTrouble(this.#options.console, this.#token, error.message, signal);
      this.#reported = error.message;
    } catch (failure) {
      this.#options.log.debug({ reason: String(failure) }, 'the console does not take the report');
    }
  }

  /** Once, not every ten seconds. */
  #say(level: 'warn' | 'error', text: string): void {
    if (text !== this.#said) this.#options.log[level](text);
    this.#said = text;
  }
}

const isForbidden = (error: unknown): error is Error =>
  (error instanceof MargayError && error.code === 'FORBIDDEN') || (error instanceof KubeError && error.status === 403);

/** The console is up, or no install line would have been made there: what is in between is to blame. */
const hintOf = (error: unknown) =>
  error instanceof MargayError && error.code === 'UNAVAILABLE'
    ? '. If it answers elsewhere, something keeps this pod’s egress from it: a network policy, a firewall, a proxy, or its name'
    : '';

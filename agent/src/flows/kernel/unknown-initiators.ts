import { KEY, type KeyPile } from '../../ffi/index.ts';
import type { ConnectionSample } from '../window.ts';
import type { Initiator } from './connection-key.ts';

const ASKED_A_WINDOW_MAX = 1_000;
const REMEMBERED_MAX = 20_000;

/** Asks conntrack who opened a connection that was under way when its tap came, and remembers the answer while it lives. */
export class UnknownInitiators {
  readonly #source: { initiator(connection: ConnectionSample): Initiator };
  readonly #known = new Map<string, Initiator>();

  constructor(source: { initiator(connection: ConnectionSample): Initiator }) {
    this.#source = source;
  }

  /** Fills in `initiator` of the samples from index `from` on, whose keys lie in `keys` in the same order. */
  resolve(keys: Buffer, samples: ConnectionSample[], from: number): void {
    let asked = 0;
    for (let i = from; i < samples.length; i++) {
      const sample = samples[i];
      if (sample?.initiator !== 'unknown') continue;
      const at = (i - from) * KEY.bytes;
      const key = keys.toString('latin1', at, at + KEY.bytes);
      const known = this.#known.get(key);
      if (known === undefined && asked++ >= ASKED_A_WINDOW_MAX) continue;
      const initiator = known ?? this.#source.initiator(sample);
      if (this.#known.size < REMEMBERED_MAX) this.#known.set(key, initiator);
      samples[i] = { ...sample, initiator };
    }
  }

  forget(keys: KeyPile): void {
    for (let nth = 0; nth < keys.length && this.#known.size > 0; nth++)
      this.#known.delete(keys.from(nth).toString('latin1', 0, KEY.bytes));
  }
}

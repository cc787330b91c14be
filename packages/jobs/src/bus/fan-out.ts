import { type Subscription, TOPICS, type Topic } from './bus.ts';

/** Subscriptions of this process: one connection listens, messages go round in memory. */
export class FanOut {
  readonly #subscriptions = new Map<Topic, Set<Subscription>>(TOPICS.map((topic) => [topic, new Set()]));
  readonly #onError: (error: Error) => void;

  constructor(onError: (error: Error) => void) {
    this.#onError = onError;
  }

  add(topic: Topic, subscription: Subscription): () => void {
    // An own object each, so that the same one may be given twice.
    const own = { ...subscription };
    this.#subscriptions.get(topic)?.add(own);
    return () => void this.#subscriptions.get(topic)?.delete(own);
  }

  message(topic: string, key: string): void {
    for (const { onMessage } of [...(this.#subscriptions.get(topic as Topic) ?? [])]) this.#guard(() => onMessage(key));
  }

  gap(): void {
    for (const set of this.#subscriptions.values()) for (const { onGap } of [...set]) this.#guard(() => onGap?.());
  }

  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#onError(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/**
 * What processes tell each other: keys, never rows (NOTIFY carries 8,000 bytes and takes a global lock at commit). A message says "look again", so losing one to a
 * broken connection costs a look, which `onGap` asks for.
 */
export const TOPICS = ['flows', 'watch', 'recommendations', 'cluster', 'revoked'] as const;
/**
 * - `flows`: the cluster has new flows
 * - `watch`: somebody watches the cluster's flows; said again every few seconds while so
 * - `recommendations`: the cluster's recommendations were computed
 * - `cluster`: something of the cluster changed (enrolled, inventory, agents)
 * - `revoked`: its credentials changed; forget what was admitted
 */
export type Topic = (typeof TOPICS)[number];

export interface Subscription {
  /** `key` is what was published, a cluster's id as a rule. */
  readonly onMessage: (key: string) => void;
  /** The connection was lost for a while: anything may have been said. */
  readonly onGap?: () => void;
}

export interface Bus {
  /** Tells every process, this one included, soon: the first of a burst at once, then at most four a second for each topic and key; the last is never swallowed. Never throws. */
  publish(topic: Topic, key: string): void;
  /** @returns ends the subscription. */
  subscribe(topic: Topic, subscription: Subscription): () => void;
  /** Resolves once connected and listening. */
  ready(): Promise<void>;
  /** Sends what is still held back, then closes. */
  close(): Promise<void>;
}

/** Longest key, in characters. */
export const KEY_MAX = 200;

import type { IncomingMessage } from 'node:http';
import type { Bus } from '@margay/jobs';
import type { Deps } from '@margay/services';
import type { Credentials } from '../admission/credentials.ts';
import type { TokenBuckets } from '../admission/token-bucket.ts';
import type { Turnstile } from '../admission/turnstile.ts';
import type { Metrics } from '../metrics.ts';
import type { Watchers } from '../watchers.ts';

/** What routes share, made once a process. */
export interface IngestDeps {
  readonly services: Deps;
  readonly bus: Bus;
  readonly credentials: Credentials;
  readonly watchers: Watchers;
  readonly metrics: Metrics;
  /** Compressed bytes by cluster. */
  readonly clusterBytes: TokenBuckets;
  /** Requests without a credential, by address. */
  readonly strangers: TokenBuckets;
  /** By organisation. */
  readonly turnstile: Turnstile;
  /** Whole inventories, over all: each takes the event loop for a while. */
  readonly inventories: Turnstile;
  readonly agentImage: string;
  readonly version: string;
}

export interface Call {
  readonly deps: IngestDeps;
  readonly request: IncomingMessage;
  readonly requestId: string;
  /** When the headers were read: what is measured against the sender's clock. */
  readonly receivedAt: Date;
}

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export const json = (value: unknown, status = 200): Answer => ({
  status,
  type: 'application/json; charset=utf-8',
  body: JSON.stringify(value),
});

/** Answers, or throws what `toRefusal` understands. */
export type Route = (call: Call) => Promise<Answer>;

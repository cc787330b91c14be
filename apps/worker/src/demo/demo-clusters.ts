import { DemoPlayer, type Recording } from '@margay/demo';
import type { Scope } from '@margay/flowstore';
import type { ClusterId } from '@margay/model';
import { listDemoClusters, systemContext, verbs } from '@margay/services';
import type { HandlerDeps } from '../handlers/handler-deps.ts';

const LOOK_EVERY_MS = 2_000;
/** A demo that begins, or comes back after a pause, has this much of a past. */
const HISTORY_MS = 30 * 60_000;

interface Options extends Pick<HandlerDeps, 'services' | 'log' | 'now'> {
  readonly recording: () => Promise<Recording>;
  /** Where ingest is. */
  readonly origin: string;
  readonly version: string;
}

interface Playing {
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

/** Plays every demo cluster, from the moment it is added until it is removed. Several workers may: what each sends is counted once. */
export class DemoClusters {
  readonly #options: Options;
  readonly #playing = new Map<ClusterId, Playing>();
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> = Promise.resolve();
  #isLooking = false;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
    this.#timer = setInterval(() => this.#lookOnce(), LOOK_EVERY_MS);
    this.#lookOnce();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#looking;
    await Promise.all([...this.#playing.keys()].map((clusterId) => this.#stop(clusterId)));
  }

  #lookOnce(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#looking = this.#look()
      .catch((error: unknown) => this.#options.log.warn({ err: error }, 'could not look for demo clusters'))
      .finally(() => {
        this.#isLooking = false;
      });
  }

  async #look(): Promise<void> {
    const clusters = await listDemoClusters(this.#options.services);
    const wanted = new Set(clusters.map(({ clusterId }) => clusterId));
    for (const clusterId of this.#playing.keys()) if (!wanted.has(clusterId)) await this.#stop(clusterId);
    for (const scope of clusters)
      if (!this.#closed && !this.#playing.has(scope.clusterId))
        this.#playing.set(scope.clusterId, await this.#start(scope));
  }

  async #start(scope: Scope): Promise<Playing> {
    const { services, log, now, recording, origin, version } = this.#options;
    const { clusterId } = scope;
    const { lastMs } = await services.flowStore.frontier(scope);
    const player = new DemoPlayer({
      recording: await recording(),
      origin,
      clusterId,
      version,
      fromMs: Math.max(lastMs ?? 0, now().getTime() - HISTORY_MS),
      installToken: async () => (await this.#newToken(scope)).token,
      onTrouble: (error) => log.warn({ err: error, clusterId }, 'the demo cluster stumbled; it goes on'),
    });
    const stop = new AbortController();
    return { stop, done: player.run(stop.signal) };
  }

  #newToken({ orgId, clusterId }: Scope) {
    const { services, now } = this.#options;
    const meta = { requestId: `demo ${clusterId}`, now: now() };
    return verbs['cluster.createInstallToken'](systemContext(services, { orgId, name: 'demo' }, meta), { clusterId });
  }

  async #stop(clusterId: ClusterId): Promise<void> {
    const playing = this.#playing.get(clusterId);
    this.#playing.delete(clusterId);
    playing?.stop.abort();
    await playing?.done;
  }
}

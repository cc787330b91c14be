import type { Scope } from '@margay/flowstore';
import type { ClusterId } from '@margay/model';
import { listLiveClusters } from '@margay/services';
import type { HandlerDeps } from './handler-deps.ts';

const YOUNG_MS = 15 * 60_000;
const YOUNG_EVERY_MS = 60_000;
const EVERY_MS = 5 * 60_000;
/** Schedules are not exact to the millisecond. */
const SLACK_MS = 5_000;

type SweepDeps = Pick<HandlerDeps, 'services' | 'log' | 'now'>;

/**
 * Asks for recommendations of every connected cluster that is due: each minute while its first flow is younger than 15 minutes (somebody is waiting for them), then every five.
 * A cluster without flows is not. When each was asked for is kept in memory: after a start, all are due once.
 */
export class Sweep {
  readonly #deps: SweepDeps;
  readonly #askedMs = new Map<ClusterId, number>();

  constructor(deps: SweepDeps) {
    this.#deps = deps;
  }

  /** @returns how many were asked for. */
  async run(): Promise<number> {
    const { services, log } = this.#deps;
    const clusters = await listLiveClusters(services);
    const live = new Set(clusters.map(({ clusterId }) => clusterId));
    for (const clusterId of this.#askedMs.keys()) if (!live.has(clusterId)) this.#askedMs.delete(clusterId);
    let asked = 0;
    for (const scope of clusters) {
      try {
        if (!(await this.#isDue(scope))) continue;
        await services.jobs.requestRecommendations(scope);
        this.#askedMs.set(scope.clusterId, this.#deps.now().getTime());
        asked++;
      } catch (error) {
        // One cluster's trouble is not the others'.
        log.error({ err: error, clusterId: scope.clusterId }, 'could not ask for recommendations');
      }
    }
    return asked;
  }

  async #isDue(scope: Scope): Promise<boolean> {
    const nowMs = this.#deps.now().getTime();
    const sinceMs = nowMs - (this.#askedMs.get(scope.clusterId) ?? 0);
    if (sinceMs < YOUNG_EVERY_MS - SLACK_MS) return false;
    const { firstMs } = await this.#deps.services.flowStore.frontier(scope);
    if (firstMs === null) return false;
    return sinceMs >= (nowMs - firstMs < YOUNG_MS ? YOUNG_EVERY_MS : EVERY_MS) - SLACK_MS;
  }
}

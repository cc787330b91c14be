import type { FlowMaintenance } from '@margay/flowstore';
import type { Bus } from '@margay/jobs';
import type { Deps } from '@margay/services';
import type { Logger } from 'pino';
import type { Metrics } from '../metrics.ts';

/** What handlers share, made once a process. */
export interface HandlerDeps {
  readonly services: Deps;
  readonly maintenance: FlowMaintenance;
  readonly bus: Bus;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly now: () => Date;
}

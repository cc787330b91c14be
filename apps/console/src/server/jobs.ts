import 'server-only';
import { MargayError } from '@margay/model';
import type { Jobs } from '@margay/services';
import type { Environment } from './environment.ts';

/** TODO replace with @margay/jobs once it lands. */
export function openJobs(_env: Environment): Jobs {
  return {
    requestRecommendations: async () => {
      throw new MargayError('UNAVAILABLE', 'the queue is not there yet');
    },
  };
}

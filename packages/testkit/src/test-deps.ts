import type { Scope } from '@margay/flowstore';
import type { Deps } from '@margay/services';
import type { TestDatabase } from './test-database.ts';

export interface TestDeps extends Deps {
  /** What was asked of the queue, oldest first. */
  readonly requested: Scope[];
}

/** What verbs need, on a test's own database, its flow store included. The queue only notes what it is asked: that jobs are done is for their own tests. */
export function testDeps({ db, flowStore }: TestDatabase): TestDeps {
  const requested: Scope[] = [];
  return {
    db,
    flowStore,
    publicUrl: 'https://margay.example.org',
    jobs: { requestRecommendations: async (scope) => void requested.push(scope) },
    requested,
  };
}

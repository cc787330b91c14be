import type { Database } from '@margay/db';
import type { FlowStore, Scope } from '@margay/flowstore';
import type { Deps } from '@margay/services';

export interface TestDeps extends Deps {
  /** What was asked of the queue, oldest first. */
  readonly requested: Scope[];
  /** Clusters whose flows were forgotten. */
  readonly forgotten: Scope[];
}

/** What verbs need, on a test's own database. Without `flowStore` there are no flows; the queue notes what it is asked, which jobs' own tests prove to be done. */
export function testDeps(db: Database, flowStore: FlowStore = noFlows()): TestDeps {
  const requested: Scope[] = [];
  const forgotten: Scope[] = [];
  return {
    db,
    publicUrl: 'https://margay.example.org',
    jobs: { requestRecommendations: async (scope) => void requested.push(scope) },
    flowStore: {
      ...flowStore,
      forget: async (scope) => {
        forgotten.push(scope);
        await flowStore.forget(scope);
      },
    },
    requested,
    forgotten,
  };
}

/** A flow store to which nothing was ever sent. */
function noFlows(): FlowStore {
  const never = async () => Promise.reject(new Error('this test has no flow store: hand one to testDeps'));
  return {
    append: never,
    flows: async () => ({ rows: [], resolutionSeconds: 5, nextCursor: null, frontierMs: null }),
    edges: async () => ({ resolutions: [], edges: [], losses: [], truncated: false, frontierMs: null }),
    timeline: async () => ({ resolutionSeconds: 5, points: [] }),
    peers: async () => new Map(),
    frontier: async () => ({ firstMs: null, lastMs: null, rows: 0 }),
    forget: async () => undefined,
  };
}

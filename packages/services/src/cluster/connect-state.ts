import { requireCluster } from '../core/require-cluster.ts';
import { verb } from '../core/verb.ts';
import { ClusterInput, ConnectStateOutput } from '../inputs/cluster.ts';
import { agentStep, flowStep, inventoryStep, tokenStep } from './connect-steps.ts';
import { loadConnectFacts } from './load-connect-facts.ts';

/** How far connecting has come: four steps, each with the fact behind it and, where it hangs, what to do. */
export const connectState = verb({
  name: 'cluster.connectState',
  kind: 'read',
  needs: 'cluster.read',
  input: ClusterInput,
  output: ConnectStateOutput,
  run: async ({ db, orgId, input, ctx }) => {
    await requireCluster(db, orgId, input.clusterId);
    const facts = await loadConnectFacts({ db, orgId, flowStore: ctx.deps.flowStore, now: ctx.now }, input.clusterId);
    return {
      cluster: facts.cluster,
      token: facts.token,
      steps: [tokenStep(facts), agentStep(facts), inventoryStep(facts), flowStep(facts)],
    };
  },
});

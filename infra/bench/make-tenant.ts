import { randomBytes } from 'node:crypto';
import { type ClusterId, type OrgId, UserId } from '@margay/model';
import { type Context, type Deps, nobodyContext, verbs } from '@margay/services';

/** A person with an organisation and a cluster that has an agent. */
export interface Tenant {
  /** Asks verbs as the owner would. */
  readonly owner: Context;
  readonly orgId: OrgId;
  readonly clusterId: ClusterId;
  /** An agent's credential. */
  readonly bearer: string;
}

/** As a person and an agent would: sign up, organisation, cluster, token, enrolment. */
export async function makeTenant(deps: Deps): Promise<Tenant> {
  const meta = () => ({ requestId: 'bench', now: new Date() });
  const person = { name: 'Bench', email: 'bench@example.org' };
  const password = randomBytes(12).toString('hex');
  const { userId } = await verbs['account.signUp'](nobodyContext(deps, meta()), { ...person, password });
  const actor = { kind: 'user', ...person, userId: UserId.parse(userId), sessionId: null } as const;
  const user: Context = { actor, orgId: null, role: null, deps, ...meta() };
  const org = await verbs['org.create'](user, { name: 'Bench' });
  const owner: Context = { ...user, orgId: org.id, role: 'owner' };
  const { id: clusterId } = await verbs['cluster.create'](owner, { name: 'bench' });
  const { token } = await verbs['cluster.createInstallToken'](owner, { clusterId });
  const { credential } = await verbs['agent.enroll'](nobodyContext(deps, meta()), {
    token,
    request: { clusterUid: 'bench', kubernetesVersion: 'v1', agentVersion: '0', nodes: 20 },
  });
  return { owner, orgId: org.id, clusterId, bearer: `mgc_${credential.id}.${credential.secret}` };
}

import { randomBytes } from 'node:crypto';
import type { CoveredRecommendation } from '@margay/policy';
import { agentContext, type Context, nobodyContext, type VerbName, type Verbs, verbs } from '@margay/services';
import { type ConnectedCluster, createPerson, heartbeat, inventoryUpload, type Tenant } from '@margay/testkit';
import type { z } from 'zod';

export interface World {
  readonly own: Tenant;
  readonly other: Tenant;
  readonly cluster: ConnectedCluster;
}

type InputOf<N extends VerbName> = z.input<Verbs[N]['input']>;

/** How one verb is called for its own tenant, and what another tenant must get for the very same input. */
export interface Case<N extends VerbName = VerbName> {
  /** Input that succeeds; made anew for a verb that uses its object up. */
  readonly input: (world: World) => InputOf<N> | Promise<InputOf<N>>;
  readonly ctx: (world: World) => Context;
  readonly otherCtx: (world: World) => Context;
  /**
   * `NOT_FOUND`: the input names something of the tenant. `nothing`: it names nothing, and the answer holds nothing of the tenant, while the tenant's own does.
   * `own`: it names nothing and writes into the caller's own organisation or account: nothing of the tenant's changes.
   * `proof`: the input itself is the proof of the tenant (a token): whoever has it acts for that tenant; without it UNAUTHENTICATED or NOT_FOUND.
   */
  readonly other: 'NOT_FOUND' | 'nothing' | 'own' | { readonly proof: InputOf<N> };
  /** The verb's success takes away what its input names. */
  readonly usesUp?: true;
}

const owner = (world: World) => world.own.as('owner');
const otherOwner = (world: World) => world.other.as('owner');
const asPeople = { ctx: owner, otherCtx: otherOwner } as const;
const ofCluster = {
  ...asPeople,
  input: ({ cluster }: World) => ({ clusterId: cluster.clusterId }),
  other: 'NOT_FOUND',
} as const;
/** The cluster's last quarter of an hour. */
const ofTraffic = {
  ...asPeople,
  input: ({ cluster }: World) => ({
    clusterId: cluster.clusterId,
    fromMs: Date.now() - 900_000,
    toMs: Date.now() + 1_000,
  }),
  other: 'NOT_FOUND',
} as const;
/** An agent of the other tenant that somehow claims this tenant's cluster. */
const asAgents = {
  ctx: ({ cluster }: World) => cluster.asAgent(),
  otherCtx: ({ cluster, other }: World) => {
    const { deps } = other.as('owner');
    const claim = { orgId: other.orgId, clusterId: cluster.clusterId, credentialId: cluster.credential.id };
    return agentContext(deps, claim, { requestId: 'claim', now: new Date() });
  },
} as const;
const asJobs = { ctx: ({ own }: World) => own.asSystem(), otherCtx: ({ other }: World) => other.asSystem() } as const;
const asNobody = (world: World) => nobodyContext(world.own.as('owner').deps, { requestId: 'nobody', now: new Date() });

const tag = () => randomBytes(4).toString('hex');

async function newToken({ own }: World): Promise<string> {
  const { id: clusterId } = await verbs['cluster.create'](own.as('owner'), { name: `c-${tag()}` });
  return (await verbs['cluster.createInstallToken'](own.as('owner'), { clusterId })).token;
}

async function newMember({ own }: World) {
  const { userId, email } = await createPerson(own.as('owner').deps);
  await verbs['member.add'](own.as('owner'), { email, role: 'viewer' });
  return { userId };
}

export function recommendation(key = 'workload/shop/Deployment/cart'): CoveredRecommendation {
  return {
    key,
    workloads: [{ namespace: 'shop', kind: 'Deployment', name: 'cart' }],
    namespace: 'shop',
    policy: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'cart', namespace: 'shop' },
      spec: { podSelector: { matchLabels: { app: 'cart' } }, policyTypes: ['Ingress'] },
    },
    yaml: 'kind: NetworkPolicy\n',
    refusal: null,
    rules: [],
    notes: [],
    leftOut: [],
    fingerprint: tag(),
    coverage: { connections: 10, allowed: 9, denied: 1, share: 0.9, uncovered: [] },
  };
}

export function recommended({ clusterId }: ConnectedCluster, recommendations = [recommendation()]) {
  return { clusterId, recommendations, observedFromMs: 1, observedToMs: 2, lostFlows: 0 };
}

/** One a verb: a verb without a case fails to compile, and fails the suite. */
export const CASES: { readonly [N in VerbName]: Case<N> } = {
  'account.signUp': {
    input: () => ({ name: 'Ada', email: `ada-${tag()}@example.org`, password: 'correct horse battery' }),
    ctx: asNobody,
    otherCtx: asNobody,
    usesUp: true,
    other: 'own',
  },
  'account.signOut': {
    input: () => ({}),
    ctx: (world) => withSession(world.own),
    otherCtx: (world) => withSession(world.other),
    other: 'own',
  },
  'account.signOutEverywhere': { ...asPeople, input: () => ({}), other: 'own' },
  'org.create': { ...asPeople, input: () => ({ name: 'Another' }), other: 'own' },
  'org.listMine': { ...asPeople, input: () => ({}), other: 'nothing' },
  'org.rename': { ...asPeople, input: () => ({ name: 'renamed' }), other: 'own' },
  'member.list': { ...asPeople, input: () => ({}), other: 'nothing' },
  'member.add': {
    ...asPeople,
    input: async ({ own }) => ({ email: (await createPerson(own.as('owner').deps)).email, role: 'viewer' }),
    usesUp: true,
    other: 'own',
  },
  'member.changeRole': {
    ...asPeople,
    input: async (world) => ({ ...(await newMember(world)), role: 'editor' }),
    other: 'NOT_FOUND',
  },
  'member.remove': { ...asPeople, input: newMember, usesUp: true, other: 'NOT_FOUND' },
  'audit.list': { ...asPeople, input: () => ({}), other: 'nothing' },
  'cluster.create': { ...asPeople, input: () => ({ name: `c-${tag()}` }), usesUp: true, other: 'own' },
  'cluster.addDemo': { ...asPeople, input: () => ({}), usesUp: true, other: 'own' },
  'cluster.list': { ...asPeople, input: () => ({}), other: 'nothing' },
  'cluster.get': ofCluster,
  'cluster.delete': {
    ...asPeople,
    input: async ({ own }) => ({
      clusterId: (await verbs['cluster.create'](own.as('owner'), { name: `c-${tag()}` })).id,
    }),
    usesUp: true,
    other: 'NOT_FOUND',
  },
  'cluster.createInstallToken': ofCluster,
  'cluster.connectState': ofCluster,
  'cluster.listCredentials': ofCluster,
  'cluster.revokeCredential': {
    ...asPeople,
    input: async (world) => {
      const token = await newToken(world);
      const request = { clusterUid: tag(), kubernetesVersion: 'v1.34.4', agentVersion: '0.1.0', nodes: 1 };
      const { clusterId, credential } = await verbs['agent.enroll'](asNobody(world), { token, request });
      return { clusterId: clusterId as ConnectedCluster['clusterId'], credentialId: credential.id };
    },
    usesUp: true,
    other: 'NOT_FOUND',
  },
  'agent.list': ofCluster,
  'workload.list': ofCluster,
  'flow.graph': ofTraffic,
  'flow.list': ofTraffic,
  'flow.timeline': ofTraffic,
  'recommendation.list': ofCluster,
  'recommendation.get': {
    ...asPeople,
    input: async ({ own, cluster }) => {
      const { clusterId } = cluster;
      const { rows } = await verbs['recommendation.list'](own.as('owner'), { clusterId });
      return { clusterId, id: rows[0]?.id ?? '' };
    },
    other: 'NOT_FOUND',
  },
  'recommendation.request': ofCluster,
  'install.describe': {
    input: async (world) => ({ token: await newToken(world) }),
    ctx: asNobody,
    otherCtx: asNobody,
    other: { proof: { token: `mgt_${'0'.repeat(64)}` } },
  },
  'agent.enroll': {
    input: async (world) => ({ token: await newToken(world), request: enrolment() }),
    ctx: asNobody,
    otherCtx: asNobody,
    usesUp: true,
    other: { proof: { token: `mgt_${'0'.repeat(64)}`, request: enrolment() } },
  },
  'agent.reportTrouble': {
    input: async (world) => ({ token: await newToken(world), report: { message: 'it may not' } }),
    ctx: asNobody,
    otherCtx: asNobody,
    other: { proof: { token: `mgt_${'0'.repeat(64)}`, report: { message: 'it may not' } } },
  },
  'agent.recordHeartbeat': { ...asAgents, input: () => heartbeat(), other: 'NOT_FOUND' },
  'inventory.store': { ...asAgents, input: () => inventoryUpload(), other: 'NOT_FOUND' },
  'inventory.get': { ...ofCluster, ...asJobs },
  'recommendation.store': { ...asJobs, input: ({ cluster }) => recommended(cluster), other: 'NOT_FOUND' },
};

function enrolment() {
  return { clusterUid: tag(), kubernetesVersion: 'v1.34.4', agentVersion: '0.1.0', nodes: 1 };
}

function withSession(tenant: Tenant): Context {
  const ctx = tenant.as('owner');
  return ctx.actor.kind === 'user' ? { ...ctx, actor: { ...ctx.actor, sessionId: crypto.randomUUID() } } : ctx;
}

import { randomUUID } from 'node:crypto';
import { admitAgent, agentContext, nobodyContext, verbs } from '@margay/services';
import {
  connectCluster,
  createTenant,
  flowBatch,
  heartbeat,
  type Tenant,
  type TestDatabase,
  type TestDeps,
  testDatabase,
  testDeps,
  workloadPeer,
} from '@margay/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let database: TestDatabase;
let deps: TestDeps;
let tenant: Tenant;
beforeAll(async () => {
  database = await testDatabase();
  deps = testDeps(database);
  tenant = await createTenant(deps);
});
afterAll(() => database.close());

const MINUTE_MS = 60_000;
const later = (ms: number) => new Date(Date.now() + ms);
const nobody = (now = new Date()) => nobodyContext(deps, { requestId: randomUUID(), now });
const request = (clusterUid: string) => ({ clusterUid, kubernetesVersion: 'v1.34.4', agentVersion: '0.1.0', nodes: 3 });
async function newCluster() {
  const name = `c-${randomUUID()}`;
  const { id: clusterId } = await verbs['cluster.create'](tenant.as('owner'), { name });
  const made = await verbs['cluster.createInstallToken'](tenant.as('owner'), { clusterId });
  return { clusterId, name, ...made };
}
const enrol = (token: string, uid: string, now = new Date()) =>
  verbs['agent.enroll'](nobody(now), { token, request: request(uid) });
const bearer = ({ credential }: { credential: { id: string; secret: string } }) =>
  `mgc_${credential.id}.${credential.secret}`;

describe('an install token', () => {
  it('is shown once, with its lines, and only its SHA-256 is kept', async () => {
    const { token, installUrl, kubectlLine, labLine, reachable, expiresAt } = await newCluster();
    expect(token).toMatch(/^mgt_[0-9a-f]{64}$/);
    expect(installUrl).toBe(`https://margay.example.org/install/${token}.yaml`);
    expect(kubectlLine).toBe(`kubectl apply -f "${installUrl}"`);
    expect(labLine).toBe(`npm run lab -- --connect "https://margay.example.org/install/${token}"`);
    expect(reachable).toBe(true);
    expect(expiresAt.getTime() - Date.now()).toBeGreaterThan(59 * MINUTE_MS);
    const everything = await database.query<{ text: string }>(
      'owner',
      'select t::text as text from install_tokens t union all select a::text from audit_log a',
    );
    for (const { text } of everything) expect(text).not.toContain(token.slice(4));
  });

  it('buys one credential, for the cluster it was made for', async () => {
    const { token, clusterId, name } = await newCluster();
    const answer = await enrol(token, 'uid-1');
    expect(answer).toMatchObject({ clusterId, clusterName: name });
    expect(await admitAgent(deps, bearer(answer), new Date())).toEqual({
      orgId: tenant.orgId,
      clusterId,
      clusterName: name,
      credentialId: answer.credential.id,
    });
    await expect(enrol(token, 'uid-1')).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('new install line'),
    });
    await expect(enrol(token, 'uid-2')).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('can be used again by the same Kubernetes cluster whose answer was lost, and the lost credential is worth nothing', async () => {
    const { token } = await newCluster();
    const lost = await enrol(token, 'uid-lost');
    await expect(enrol(token, 'another')).rejects.toMatchObject({ code: 'CONFLICT' });
    const second = await enrol(token, 'uid-lost');
    await expect(admitAgent(deps, bearer(lost), new Date())).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(admitAgent(deps, bearer(second), new Date())).resolves.toBeDefined();
    await expect(enrol(token, 'uid-lost')).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('of many at once one wins, and one credential lives', async () => {
    const { token, clusterId } = await newCluster();
    const results = await Promise.allSettled(Array.from({ length: 8 }, (_, i) => enrol(token, `uid-${i}`)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const credentials = await verbs['cluster.listCredentials'](tenant.as('owner'), { clusterId });
    expect(credentials.filter(({ revokedAt }) => revokedAt === null)).toHaveLength(1);
  });

  it('expires after an hour, for a first use and for a lost answer', async () => {
    const [unused, used] = [await newCluster(), await newCluster()];
    await enrol(used.token, 'uid-e');
    for (const { token } of [unused, used])
      await expect(enrol(token, 'uid-e', later(61 * MINUTE_MS))).rejects.toMatchObject({
        code: 'PRECONDITION_FAILED',
        message: expect.stringContaining('expired'),
      });
  });

  it('that nobody made is refused, whatever it looks like', async () => {
    for (const token of ['', 'mgt_', `mgt_${'0'.repeat(64)}`, "mgt_' or 1=1", 'x'.repeat(200)])
      await expect(enrol(token, 'uid')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('describes itself for ever, so that the manifest can be served for kubectl delete', async () => {
    const { token, clusterId, name } = await newCluster();
    const describe_ = (now = new Date()) => verbs['install.describe'](nobody(now), { token });
    expect(await describe_()).toMatchObject({ clusterName: name, state: 'unused', usable: true });
    expect(await describe_(later(61 * MINUTE_MS))).toMatchObject({ state: 'expired', usable: false });
    await enrol(token, 'uid-d');
    expect(await describe_()).toMatchObject({ state: 'used' });
    expect(await describe_(later(61 * MINUTE_MS))).toMatchObject({ state: 'used', usable: false });
    await verbs['cluster.delete'](tenant.as('owner'), { clusterId });
    expect(await describe_()).toMatchObject({ clusterName: name, state: 'cluster-deleted', usable: false });
    await expect(verbs['install.describe'](nobody(), { token: `mgt_${'1'.repeat(64)}` })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe('an agent in trouble', () => {
  const report = (token: string, message: string, now = new Date()) =>
    verbs['agent.reportTrouble'](nobody(now), { token, report: { message } });
  const steps = async (clusterId: string) =>
    (await verbs['cluster.connectState'](tenant.as('viewer'), { clusterId })).steps;

  it('says why it cannot enrol, on the connect page, until it has', async () => {
    const { token, clusterId } = await newCluster();
    await report(token, 'Secret margay/x may not be read');
    const remedy = { command: expect.stringContaining('margay-cluster'), text: expect.stringMatching(/administrator/) };
    expect((await steps(clusterId))[0]).toMatchObject({
      state: 'failed',
      detail: 'Secret margay/x may not be read',
      remedy,
    });
    const { credential } = await enrol(token, 'uid-t');
    await report(token, 'Secret margay/x cannot be written');
    const [enrolled, agent] = await steps(clusterId);
    expect(enrolled).toMatchObject({ state: 'done' });
    expect(agent).toMatchObject({ state: 'failed', detail: 'Secret margay/x cannot be written', remedy });

    const admitted = await admitAgent(deps, bearer({ credential }), new Date());
    await verbs['agent.recordHeartbeat'](
      agentContext(deps, admitted, { requestId: randomUUID(), now: new Date() }),
      heartbeat(),
    );
    expect((await steps(clusterId))[1]).toMatchObject({ state: 'done' });
    await expect(report(token, 'said by a thief')).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('is not believed without a token that is good', async () => {
    const { token } = await newCluster();
    await expect(report(`mgt_${'2'.repeat(64)}`, 'x')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(report(token, 'x', later(61 * MINUTE_MS))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(report(token, 'x'.repeat(501))).rejects.toMatchObject({ code: 'VALIDATION' });
  });
});

describe('a cluster of the console', () => {
  it('is tied anew to a rebuilt Kubernetes cluster once the old one is silent; its old credentials end', async () => {
    const cluster = await connectCluster(tenant);
    const { token } = await verbs['cluster.createInstallToken'](tenant.as('owner'), { clusterId: cluster.clusterId });
    await verbs['agent.recordHeartbeat'](cluster.asAgent(), heartbeat());
    await expect(enrol(token, 'rebuilt')).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('connected to another'),
    });
    await expect(admitAgent(deps, cluster.bearer, new Date())).resolves.toBeDefined();
    const answer = await enrol(token, 'rebuilt', later(2 * MINUTE_MS));
    await expect(admitAgent(deps, cluster.bearer, new Date())).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(admitAgent(deps, bearer(answer), new Date())).resolves.toBeDefined();
  });

  it('lets the same Kubernetes cluster enrol once more with a new token, beside the credential it has', async () => {
    const cluster = await connectCluster(tenant);
    const { token } = await verbs['cluster.createInstallToken'](tenant.as('owner'), { clusterId: cluster.clusterId });
    const answer = await enrol(token, cluster.uid);
    for (const one of [cluster.bearer, bearer(answer)])
      await expect(admitAgent(deps, one, new Date())).resolves.toBeDefined();
  });

  it('deleted is gone from every list at once, refuses its agents, and forgets its flows', async () => {
    const cluster = await connectCluster(tenant);
    const { clusterId } = cluster;
    await verbs['agent.recordHeartbeat'](cluster.asAgent(), heartbeat());
    const scope = { orgId: tenant.orgId, clusterId };
    const fact = { src: workloadPeer('shop', 'front'), dst: workloadPeer('shop', 'cart'), atMs: Date.now() };
    await deps.flowStore.append(scope, flowBatch([fact]), Date.now());
    expect((await deps.flowStore.frontier(scope)).lastMs).not.toBeNull();
    await verbs['cluster.delete'](tenant.as('owner'), { clusterId });
    await expect(admitAgent(deps, cluster.bearer, new Date())).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(verbs['agent.recordHeartbeat'](cluster.asAgent(), heartbeat())).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(verbs['cluster.get'](tenant.as('owner'), { clusterId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await verbs['cluster.list'](tenant.as('owner'), {})).map(({ id }) => id)).not.toContain(clusterId);
    expect(await deps.flowStore.frontier(scope)).toEqual({ firstMs: null, lastMs: null, rows: 0 });
    await verbs['cluster.create'](tenant.as('owner'), { name: cluster.name });
  });
});

describe('a credential', () => {
  it('is admitted by its whole text alone, and notes its use to the minute', async () => {
    const cluster = await connectCluster(tenant);
    const used = async () =>
      (await verbs['cluster.listCredentials'](tenant.as('owner'), { clusterId: cluster.clusterId }))[0]?.lastUsedAt;
    expect(await used()).toBeNull();
    const first = new Date();
    await admitAgent(deps, cluster.bearer, first);
    expect(await used()).toEqual(first);
    await admitAgent(deps, cluster.bearer, new Date(first.getTime() + 30_000));
    expect(await used()).toEqual(first);
    const [id, secret] = [cluster.credential.id, cluster.credential.secret];
    const wrong = [
      '',
      'mgc_',
      `mgc_${id}.`,
      `mgc_${id}.${'0'.repeat(64)}`,
      `mgc_${randomUUID()}.${secret}`,
      `mgc_${id}.${secret}x`,
      `${id}.${secret}`,
      secret,
    ];
    for (const text of wrong)
      await expect(admitAgent(deps, text, new Date())).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('revoked is refused from the next request on', async () => {
    const { clusterId, credential, bearer: text } = await connectCluster(tenant);
    await verbs['cluster.revokeCredential'](tenant.as('admin'), { clusterId, credentialId: credential.id });
    await expect(admitAgent(deps, text, new Date())).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    const again = verbs['cluster.revokeCredential'](tenant.as('admin'), { clusterId, credentialId: credential.id });
    await expect(again).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

import {
  type ConnectStateOutput,
  type GetGraphOutput,
  joinPeers,
  type ListAgentsOutput,
  type ListRecommendationsOutput,
  type RecommendationDetail,
} from '@margay/services/inputs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { z } from 'zod';
import { seenText } from '../console/edges.ts';
import { listApiObjects } from './api-objects.ts';
import { applicationLayers, lateCaller, OURS } from './application.ts';
import { type ClusterRun, openClusterRun } from './cluster-run.ts';
import { DISPOSABLE, openDisposableCluster } from './disposable-cluster.ts';
import { raiseWall } from './enforcement.ts';
import { readClusterEnvironment } from './environment.ts';
import { type HeldUp, NOWHERE, openHeldUp } from './held-up.ts';
import { inspectNodes, inspectorObjects, type Traces } from './inspector.ts';
import { readLedgers } from './ledger-edges.ts';
import { callNodePorts, nodeAddressesOf } from './node-ports.ts';
import { summarisePolicy } from './policy-summary.ts';
import { runShell } from './shell.ts';
import { takeAllAway } from './take-away.ts';
import { until, untilSettled } from './until.ts';

const environment = readClusterEnvironment(process.env);

/** For how long the application's calls go on: a rolling restart happens meanwhile. */
const TRAFFIC_SECONDS = 25;
const STRANGER_MS = 120_000;

describe('a real cluster', { timeout: 240_000 }, () => {
  if (typeof environment === 'string') {
    it('is connected by the one line', (context) => context.skip(environment));
    return;
  }
  let run: ClusterRun;
  let line: Awaited<ReturnType<ClusterRun['newLine']>>;
  let namespaces: string[];
  let before: { objects: string[]; traces: Record<string, Traces> };
  let fromMs: number;
  let heldUp: HeldUp;

  beforeAll(async () => {
    run = await openClusterRun(environment);
    namespaces = [`shop-${run.suffix}`, `data-${run.suffix}`];
    heldUp = await openHeldUp(run);
    const { kubectl, suffix, image } = run;
    await kubectl.apply([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `inspect-${suffix}`, labels: { [OURS]: 'true' } } },
    ]);
    const inspector = inspectorObjects(`inspect-${suffix}`, image);
    before = { objects: await listApiObjects(kubectl), traces: {} };
    await kubectl.apply(inspector);
    await kubectl.ready(inspector);
    before.traces = await inspectNodes(kubectl, `inspect-${suffix}`);
  }, 300_000);
  afterAll(async () => {
    await run?.close();
  }, 60_000);

  const graph = async () => {
    const range = { clusterId: run.clusterId, fromMs, toMs: Date.now() + 60_000 };
    const answer = await run.user.query<GetGraphOutput>('flow.graph', range);
    return { ...answer, edges: joinPeers(answer) };
  };
  const agents = () => run.user.query<z.infer<typeof ListAgentsOutput>>('agent.list', { clusterId: run.clusterId });
  const step = async (name: string, clusterId = run.clusterId) => {
    const state = await run.user.query<ConnectStateOutput>('cluster.connectState', { clusterId });
    return state.steps.find((found) => found.step === name);
  };
  /** What the console shows of the application, less what no ledger counts: questions to the cluster's DNS. */
  const seenEdges = async () => {
    const { edges, losses } = await graph();
    const counted = new Map<string, number>();
    const dns = new Set<string>();
    for (const edge of edges) {
      const ours = [edge.src, edge.dst].some((end) => end.kind === 'workload' && namespaces.includes(end.namespace));
      if (!ours) continue;
      const text = seenText(edge);
      if (/ 17\/53$/.test(text)) dns.add(text);
      else counted.set(text, (counted.get(text) ?? 0) + edge.connectionsStarted);
    }
    return { counted, dns, losses, edges };
  };

  it('is refused while it does not say that it may be broken', async () => {
    const { kubectl } = run;
    const [marked = ''] = (await kubectl.run(['get', 'namespaces', '-l', DISPOSABLE, '-o', 'name'])).split('\n');
    const [key = ''] = DISPOSABLE.split('=');
    await kubectl.run(['label', marked, `${key}-`]);
    try {
      const config = await kubectl.run(['config', 'view', '--raw', '--minify']);
      const offer = `cat <<'END'\n${config}\nEND`;
      await expect(openDisposableCluster(offer, environment.kubectl, () => {})).rejects.toThrow(/does not say/);
    } finally {
      await kubectl.run(['label', marked, DISPOSABLE]);
    }
  });

  it('says what holds agents up: no way to the console, no right to keep the credential, a line that has expired, each with its remedy', async () => {
    const { kubectl, note } = run;
    const shows = (state: string, remedy: RegExp) =>
      until(
        () => step('token', heldUp.clusterId),
        (answer) => answer?.state === state && remedy.test(answer.remedy?.text ?? ''),
        90_000,
      );
    /** What the remedy's own command shows. */
    const logs = async (command: string | null | undefined, wanted: RegExp) => {
      const [, args = ''] = /kubectl (-n margay logs .*)$/.exec(command ?? '') ?? [];
      const text = async () => (await kubectl.attempt(args.split(' '))).stdout;
      expect(await until(text, (found) => wanted.test(found), 60_000)).toMatch(wanted);
    };
    await heldUp.applyBlocked();
    const silent = await shows('waiting', /^Nothing has called yet/);
    expect(silent).toMatchObject({ state: 'waiting', remedy: { text: expect.stringMatching(/reaches this console/) } });
    await logs(silent?.remedy?.command, new RegExp(`no credential yet: .*${NOWHERE}.*egress`));
    note('blocked egress: the page says where to look, the log says what it is');
    await heldUp.applyForbidden();
    expect(await shows('failed', /^Apply the install line again as a cluster administrator/)).toMatchObject({
      detail: expect.stringMatching(/^Secret margay\/margay-agent-credential may not be read/),
      remedy: { command: expect.stringMatching(/can-i .*:margay-cluster$/) },
    });
    note('no rights on the Secret: the page says so');
    await heldUp.applyExpired();
    const expired = await shows('failed', /^Make a new line/);
    expect(expired).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/expired before an agent used it/),
    });
    await logs(expired?.remedy?.command, /make a new install link in the console and apply it/);
    note('expired line: page and log say so');
  });

  it('is connected by the one line: agents and the first edge within two minutes', async () => {
    const { kubectl, note } = run;
    fromMs = Date.now() - 60_000;
    const begun = Date.now();
    line = await run.newLine();
    await kubectl.run(['apply', '-f', line.url]);
    note(`kubectl apply -f "${line.token.installUrl}"`);
    const nodes = (await kubectl.list('nodes')).map(({ metadata }) => metadata.name).sort();
    for (const name of ['token', 'agent', 'inventory', 'flow']) {
      const found = await until(
        () => step(name),
        (answer) => answer?.state === 'done',
        STRANGER_MS,
      );
      expect(found).toMatchObject({ state: 'done' });
      note(`${name}: ${found?.detail}`);
    }
    const first = await until(graph, ({ edges }) => edges.length > 0, STRANGER_MS);
    note(`first edge: ${first.edges[0] && seenText(first.edges[0])}`);
    expect(Date.now() - begun).toBeLessThan(STRANGER_MS);
    const alive = await until(agents, (all) => all.length === nodes.length + 1, 30_000);
    expect(
      alive
        .filter(({ role }) => role === 'node')
        .map(({ node }) => node)
        .sort(),
    ).toEqual(nodes);
    expect(alive.flatMap(({ taps }) => taps.problems)).toEqual([]);
  });

  it('shows exactly the edges of its application, each connection once, through a rolling restart of the agents', async () => {
    const { kubectl, suffix, image, hostPort, note } = run;
    const outside = { host: new URL(run.environment.consoleUrl).hostname, port: run.environment.consolePort };
    const [shop = '', data = ''] = namespaces;
    for (const layer of applicationLayers({ suffix, image, outside, hostPort, seconds: TRAFFIC_SECONDS })) {
      await kubectl.apply(layer);
      await kubectl.ready(layer);
    }
    note('the application runs');
    await kubectl.run(['-n', 'margay', 'rollout', 'restart', 'daemonset/margay-node']);
    await callNodePorts(kubectl, { namespace: shop, service: 'frontend', outside: run.environment.outside, count: 7 });
    await kubectl.run(['-n', 'margay', 'rollout', 'status', 'daemonset/margay-node', '--timeout=90s']);
    note('every node agent was restarted');
    const jobs = () => kubectl.list('jobs', data);
    await until(jobs, ({ length }) => length > 0, 70_000);
    await kubectl.run(['-n', data, 'patch', 'cronjob/report', '-p', '{"spec":{"suspend":true}}']);
    const ended = await until(jobs, (all) => all.every(({ status }) => status.succeeded === 1), 60_000);
    expect(ended.length).toBeGreaterThan(0);
    const isProbed = (text: string) => text.startsWith('node ') && text.includes(`→ ${shop}/Deployment/api `);
    const steady = (of: ReadonlyMap<string, number>) =>
      Object.fromEntries([...of].filter(([text]) => !isProbed(text)).sort());
    const ledgers = () => readLedgers(kubectl, namespaces, 'outside');
    const told = await untilSettled(
      ledgers,
      ({ busy, edges }) => (busy.length === 0 ? JSON.stringify(steady(edges)) : null),
      60_000,
    );
    expect(told.busy).toEqual([]);
    expect(told.failed).toEqual([]);
    note(`the ledgers hold ${[...told.edges.values()].reduce((sum, count) => sum + count, 0)} connections`);

    const matches = (counted: ReadonlyMap<string, number>) =>
      [...told.edges].every(([text, count]) => (counted.get(text) ?? 0) >= count);
    const reached = await until(seenEdges, ({ counted }) => matches(counted), 30_000);
    note('the console shows all of them');
    // Whatever were counted twice would come with a later batch.
    const settled = reached.edges.length > 0 ? Date.now() + 6_000 : 0;
    await until(graph, ({ frontierMs }) => (frontierMs ?? 0) > settled, 20_000);
    const { counted, dns, losses, edges } = await seenEdges();
    const later = await ledgers();
    expect(steady(counted)).toEqual(steady(told.edges));
    // A kubelet's probes go on: as many as there were at the first look, at most those at the last.
    const probes = [...told.edges].filter(([text]) => isProbed(text));
    expect(probes.length).toBeGreaterThan(1);
    for (const [text, count] of probes) {
      expect(counted.get(text), text).toBeGreaterThanOrEqual(count);
      expect(counted.get(text), text).toBeLessThanOrEqual(later.edges.get(text) ?? 0);
    }
    const resolver = /→ (\S+) 17\/53$/.exec([...dns][0] ?? '')?.[1];
    const asking = ['Deployment/api', 'Deployment/api-canary', 'Deployment/frontend'].map((name) => `${shop}/${name}`);
    expect([...dns].sort()).toEqual(
      [...asking, `${data}/CronJob/report`].map((name) => `${name} → ${resolver} 17/53`).sort(),
    );
    expect(resolver).toMatch(/^kube-system\/Deployment\//);
    expect(losses).toEqual([]);
    const services = edges.filter(
      ({ src, dst }) =>
        src.kind === 'workload' &&
        src.name === 'frontend' &&
        dst.kind === 'workload' &&
        namespaces.includes(dst.namespace),
    );
    expect(services.map(({ service }) => service?.name).sort()).toEqual(['api', 'api', 'cache']);
  });

  it('recommends for each workload what it needs and no more, and nothing for an idle one', async () => {
    const [shop = '', data = ''] = namespaces;
    const { clusterId, user } = run;
    await user.mutate('recommendation.request', { clusterId });
    const list = () => user.query<z.infer<typeof ListRecommendationsOutput>>('recommendation.list', { clusterId });
    const requested = Date.now();
    const { rows } = await until(
      list,
      ({ running, computedAt, rows }) =>
        !running &&
        (computedAt?.getTime() ?? 0) > requested - 30_000 &&
        rows.some(({ key }) => key.endsWith('Deployment/idle')),
      60_000,
    );
    const ours = rows.filter(({ namespace }) => namespaces.includes(namespace));
    const refusals = Object.fromEntries(
      ours.filter(({ state }) => state === 'refused').map(({ key, refusal }) => [key, refusal]),
    );
    expect(refusals).toEqual({
      [`workload/${shop}/Deployment/idle`]: expect.stringMatching(/no traffic/),
      [`workload/${data}/DaemonSet/watcher`]: expect.stringMatching(/host network/),
    });
    const policies: Record<string, unknown> = {};
    for (const { id, key } of ours.filter(({ state }) => state === 'ready')) {
      const { yaml } = await user.query<z.infer<typeof RecommendationDetail>>('recommendation.get', { clusterId, id });
      policies[key.replace('workload/', '')] = summarisePolicy(parse(yaml ?? ''));
    }
    const nodesOf = async (namespace: string, app: string) =>
      (await nodeAddressesOf(run.kubectl, namespace, app)).map((address) => `${address}/32`).sort();
    const watched = await nodesOf(shop, 'frontend');
    const watchers = await nodesOf(data, 'watcher');
    const canary = [`${shop} app=api track=canary`];
    const stable = [`${shop} app=api track=stable`];
    const db = [`${data} app=db`];
    const dns = { to: [expect.stringMatching(/^kube-system /)], ports: ['UDP 53', 'TCP 53'] };
    const outside = { to: [expect.stringMatching(/^[\d.]+\/32$/)], ports: [`TCP ${run.environment.consolePort}`] };
    expect(policies).toEqual({
      [`${shop}/Deployment/frontend`]: {
        types: 'Egress Ingress',
        selects: 'app=frontend',
        ingress: [{ from: [expect.stringMatching(/\/32$/)], ports: ['TCP 8080'] }],
        egress: expect.arrayContaining([
          { to: stable, ports: ['TCP 8080'] },
          { to: canary, ports: ['TCP 8081'] },
          { to: [`${data} app=cache`], ports: ['UDP 9000'] },
          { to: watched, ports: [`TCP ${run.hostPort}`] },
          dns,
        ]),
      },
      [`${shop}/Deployment/api`]: {
        types: 'Egress Ingress',
        selects: 'app=api track=stable',
        ingress: [
          { from: [`${shop} app=frontend`], ports: ['TCP 8080'] },
          { from: watchers, ports: ['TCP 8080'] },
        ],
        egress: expect.arrayContaining([{ to: db, ports: ['TCP 5432'] }, dns, outside]),
      },
      [`${shop}/Deployment/api-canary`]: {
        types: 'Egress Ingress',
        selects: 'app=api track=canary',
        ingress: [
          { from: [`${shop} app=frontend`], ports: ['TCP 8081'] },
          { from: watchers, ports: ['TCP 8081'] },
        ],
        egress: expect.arrayContaining([{ to: db, ports: ['TCP 5432'] }, dns]),
      },
      [`${data}/StatefulSet/db`]: {
        types: 'Egress Ingress',
        selects: 'app=db',
        ingress: expect.arrayContaining(
          [[`${data} app=report`], stable, canary].map((from) => ({ from, ports: ['TCP 5432'] })),
        ),
        egress: [],
      },
      [`${data}/Deployment/cache`]: {
        types: 'Egress Ingress',
        selects: 'app=cache',
        ingress: [{ from: [`${shop} app=frontend`], ports: ['UDP 9000'] }],
        egress: [],
      },
      [`${data}/CronJob/report`]: {
        types: 'Egress Ingress',
        selects: 'app=report',
        ingress: [],
        egress: expect.arrayContaining([{ to: db, ports: ['TCP 5432'] }, dns]),
      },
    });
  });

  it('is guarded by the nftables plane where it is told to: a NetworkPolicy holds between nodes and on one', async () => {
    const { kubectl, note } = run;
    const { reach, policy } = await raiseWall(run);
    const friends = { 'friend-near': 'open', 'friend-far': 'open' } as const;
    const open = { ...friends, 'stranger-near': 'open', 'stranger-far': 'open' } as const;
    const closed = { ...friends, 'stranger-near': 'timeout', 'stranger-far': 'timeout' } as const;
    await kubectl.apply([policy]);
    expect(await reach(open)).toEqual(open);
    note('nothing enforces the policy yet');
    await kubectl.run(['-n', 'margay', 'set', 'env', 'daemonset/margay-node', 'MARGAY_ENFORCE=nftables']);
    await kubectl.run(['-n', 'margay', 'rollout', 'status', 'daemonset/margay-node', '--timeout=90s']);
    expect(await reach(closed)).toEqual(closed);
    note('the agents enforce it');
    await kubectl.run(['delete', '-f', '-'], JSON.stringify(policy));
    expect(await reach(open)).toEqual(open);
    await kubectl.apply([policy]);
    expect(await reach(closed)).toEqual(closed);
    const enforcing = await until(
      agents,
      (all) => all.filter(({ dataplane }) => /nftables/.test(dataplane)).length === 2,
      30_000,
    );
    expect(enforcing.filter(({ dataplane }) => /nftables/.test(dataplane))).toHaveLength(2);
    note('it goes and comes with its object');
  });

  it('names each permission that is missing, with its remedy', async () => {
    const { kubectl } = run;
    const restart = (workload: string) => kubectl.run(['-n', 'margay', 'rollout', 'restart', workload]);
    const shows = async (name: string, resources: readonly string[]) => {
      /** Whole names: jobs.batch is not named by cronjobs.batch. */
      const named = (detail: string) => new Set(detail.match(/[\w.]+/g));
      const found = await until(
        () => step(name),
        (answer) => answer?.state === 'failed' && resources.every((one) => named(answer.detail).has(one)),
        60_000,
      );
      expect([...named(found?.detail ?? '')]).toEqual(expect.arrayContaining([...resources]));
      return found;
    };
    const ofNodes = await takeAllAway(kubectl, 'margay-node');
    const ofCluster = await takeAllAway(kubectl, 'margay-cluster');
    expect([ofNodes.length, ofCluster.length]).toEqual([6, 12]);
    await Promise.all([restart('daemonset/margay-node'), restart('deployment/margay-cluster')]);
    expect(await shows('inventory', ofCluster)).toMatchObject({
      detail: expect.stringMatching(/: the agent may not read them$/),
      remedy: {
        text: expect.stringMatching(/Apply the install line again/),
        command: expect.stringMatching(/can-i .*:margay-cluster$/),
      },
    });
    expect(await shows('agent', ofNodes)).toMatchObject({
      detail: expect.stringMatching(/ may not be read: apply the install line again/),
      remedy: { command: expect.stringMatching(/can-i .*:margay-node$/) },
    });
    run.note('every missing permission was named');
    await kubectl.run(['apply', '-f', line.url]);
    await restart('deployment/margay-cluster');
    await restart('daemonset/margay-node');
    for (const name of ['agent', 'inventory']) {
      const mended = await until(
        () => step(name),
        (found) => found?.state === 'done',
        60_000,
      );
      expect(mended).toMatchObject({ state: 'done' });
    }
  });

  it('finds the agent on a node that joins later', async (context) => {
    const { kubectl, suffix, image, note } = run;
    if (run.environment.addNode === null) return context.skip('MARGAY_E2E_ADD_NODE is not set: no node can be added');
    const old = (await kubectl.list('nodes')).map(({ metadata }) => metadata.name);
    await runShell(run.environment.addNode, { env: { ...process.env, NODES: String(old.length + 1) } });
    const added = (await kubectl.list('nodes'))
      .map(({ metadata }) => metadata.name)
      .find((name) => !old.includes(name));
    expect(added).toBeDefined();
    note(`${added} joined`);
    await until(agents, (all) => all.some(({ node, role }) => role === 'node' && node === added), 60_000);
    const [shop = ''] = namespaces;
    const late = lateCaller({
      namespace: shop,
      node: added ?? '',
      image,
      host: `db-0.db.data-${suffix}.svc.cluster.local`,
    });
    await kubectl.apply([late]);
    const text = `${shop}/Pod/late → data-${suffix}/StatefulSet/db 6/5432`;
    const { counted } = await until(seenEdges, (seen) => (seen.counted.get(text) ?? 0) >= 5, 40_000);
    expect(counted.get(text)).toBe(5);
    note(`and its first pod's connections are counted`);
  });

  it('is left as it was by kubectl delete of the same line, long after the token was used', async () => {
    const { kubectl, suffix, note } = run;
    const during = await inspectNodes(kubectl, `inspect-${suffix}`);
    // Else what follows would prove nothing.
    for (const node of Object.keys(before.traces)) {
      expect(during[node]?.attached.length, node).toBeGreaterThan(0);
      expect(during[node]?.tables, node).toEqual(['table inet margay']);
      expect(during[node]?.pins.length, node).toBeGreaterThan(0);
      expect(during[node]?.state.length, node).toBeGreaterThan(0);
    }
    const { stdout, code, stderr } = await kubectl.attempt(['delete', '-f', line.url]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain('namespace "margay" deleted');
    note('deleted');
    const after = await inspectNodes(kubectl, `inspect-${suffix}`);
    for (const [node, traces] of Object.entries(after)) {
      expect(traces, node).toEqual(
        before.traces[node] ?? { attached: [], qdiscs: [], tables: [], pins: [], state: [], mounts: [] },
      );
    }
    await kubectl.run(['delete', 'namespaces', '-l', `${OURS}=true`]);
    const isOld = (object: string) => !object.includes(`inspect-${suffix}`);
    expect(await listApiObjects(kubectl)).toEqual(before.objects.filter(isOld));
    note('nothing is left');
  });
});

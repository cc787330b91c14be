import type { InventoryPolicy, MergedEdge, Peer } from '@margay/model';
import { describe, expect, it } from 'vitest';
import {
  cidr,
  edgeOf,
  external,
  inventoryOf,
  node,
  serviceOf,
  servicePeer,
  unknown,
  workloadPeer,
} from '../../test/fixtures.ts';
import { modelCandidate } from './model-candidate.ts';
import type { CandidateOptions } from './overlay.ts';
import { replay } from './replay.ts';

const WEB = { name: 'web' };
const DB = { name: 'db', ports: [{ name: 'sql', protocol: 'TCP' as const, port: 5432 }] };
const TWO = { name: 'two', pods: [{ app: 'two' }, { app: 'two' }] };
const SHOP = [WEB, DB, TWO];
const [web, db, two] = SHOP.map(workloadPeer) as [Peer, Peer, Peer];

const policy = (name: string, spec: object, more: Partial<InventoryPolicy> = {}): InventoryPolicy => ({
  namespace: 'shop',
  name,
  uid: '',
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  spec,
  ...more,
});
const calico = (kind: string, name: string, spec: object, apiVersion = 'projectcalico.org/v3') =>
  policy(name, spec, { kind, apiVersion, namespace: kind.includes('Global') ? '' : 'shop' });
const select = (app: string) => ({ podSelector: { matchLabels: { app } } });
const fromWeb = (port: number | string) => ({
  ...select('db'),
  ingress: [{ from: [select('web')], ports: [{ port }] }],
});
const closeDb = policy('db', { ...select('db'), policyTypes: ['Ingress'] });

interface Setting {
  readonly current?: readonly InventoryPolicy[];
  readonly specs?: Parameters<typeof inventoryOf>[0];
  readonly options?: CandidateOptions;
  readonly more?: Parameters<typeof inventoryOf>[1];
}
function run(candidate: readonly InventoryPolicy[], edges: readonly MergedEdge[], setting: Setting = {}) {
  const { current = [], specs = SHOP, options = {}, more = {} } = setting;
  const inventory = inventoryOf(specs, { policies: [...current], ...more });
  const { before, after, problems } = modelCandidate(inventory, candidate, options);
  expect(problems).toEqual([]);
  return replay({ before, after, edges, unchanged: true });
}
const outcome = (candidate: readonly InventoryPolicy[], edge: MergedEdge, setting: Setting = {}) => {
  const [only] = run(candidate, [edge], setting).edges;
  return only?.why === null ? only.outcome : `${only?.outcome}: ${only?.why}`;
};

describe('replay', () => {
  it('names the rules that decide, and the nearest miss of what is newly denied', () => {
    const { edges, sums } = run(
      [policy('db', fromWeb(5433))],
      [edgeOf(web, db, 'TCP 5432', { connectionsStarted: 7 }), edgeOf(db, web, 'TCP 80', { connectionsStarted: 9 })],
    );
    expect(edges.map((one) => one.outcome)).toEqual(['newly-denied', 'unchanged']);
    const { before, after, nearest } = edges[0]!.explain();
    expect([before.verdict, after.verdict]).toEqual(['allow', 'deny']);
    expect(before.ingress?.entries).toMatchObject([{ tier: '__PROFILE__', action: 'allow' }]);
    expect(after.egress?.verdict).toBe('allow');
    expect(after.ingress?.entries).toMatchObject([{ name: 'db', rule: -1, action: 'deny' }]);
    expect(nearest.ingress).toMatchObject({ differs: 'port', wanted: 'TCP 5433', found: 'TCP 5432' });
    expect(nearest.egress).toBeNull();
    expect(sums['newly-denied']).toMatchObject({ edges: 1, connections: 7 });
    expect(sums.unchanged).toMatchObject({ edges: 1, connections: 9 });
    expect(sums['newly-allowed']).toEqual({ edges: 0, connections: 0, bytes: 0, firstSeenMs: null, lastSeenMs: null });
  });

  it('puts what is worst first', () => {
    const at = (peer: Peer, connectionsStarted: number) => edgeOf(peer, db, 'TCP 5432', { connectionsStarted });
    const { edges } = run([closeDb], [at(web, 3), at(external('192.0.2.1'), 5), edgeOf(db, web, 'TCP 1'), at(two, 5)]);
    expect(edges.map(({ edge, outcome: what }) => [edge.src.kind, edge.connectionsStarted, what])).toEqual([
      ['external', 5, 'newly-denied'],
      ['workload', 5, 'newly-denied'],
      ['workload', 3, 'newly-denied'],
      ['workload', expect.any(Number), 'unchanged'],
    ]);
  });

  it.each<[string, readonly InventoryPolicy[], Setting, string]>([
    ['a policy of the same name replaces', [policy('db', fromWeb(5432))], { current: [closeDb] }, 'newly-allowed'],
    [
      'one of another name is added',
      [policy('other', fromWeb(1))],
      { current: [policy('db', fromWeb(5432))] },
      'unchanged',
    ],
    [
      'the whole set drops the others',
      [policy('other', fromWeb(1))],
      { current: [policy('db', fromWeb(5432))], options: { whole: true } },
      'newly-denied',
    ],
    [
      "staged by Margay it takes its name's place",
      [calico('StagedKubernetesNetworkPolicy', 'db', fromWeb(1), 'policy.margay.dev/v1')],
      { current: [policy('db', fromWeb(5432))] },
      'newly-denied',
    ],
    [
      'staged by Margay as Delete it goes',
      [calico('StagedKubernetesNetworkPolicy', 'db', { stagedAction: 'Delete' }, 'policy.margay.dev/v1')],
      { current: [closeDb] },
      'newly-allowed',
    ],
    [
      'staged by Calico it is one more',
      [calico('StagedNetworkPolicy', 'first', { order: 1, selector: 'all()', ingress: [{ action: 'Deny' }] })],
      {},
      'newly-denied',
    ],
    [
      'staged by Calico as Delete it does nothing',
      [calico('StagedKubernetesNetworkPolicy', 'db', { stagedAction: 'Delete' })],
      { current: [closeDb] },
      'unchanged',
    ],
    [
      'what is staged already does not count',
      [],
      { current: [calico('StagedNetworkPolicy', 'no', { selector: 'all()', ingress: [{ action: 'Deny' }] })] },
      'unchanged',
    ],
    [
      'unless it is asked for',
      [],
      {
        current: [calico('StagedNetworkPolicy', 'no', { selector: 'all()', ingress: [{ action: 'Deny' }] })],
        options: { staged: true },
      },
      'newly-denied',
    ],
  ])('takes a candidate as said: %s', (_name, candidate, setting, expected) => {
    expect(outcome(candidate, edgeOf(web, db, 'TCP 5432'), setting)).toBe(expected);
  });

  it('judges a peer as it was recorded, not as it is now', () => {
    const old = workloadPeer({ name: 'web', labels: { app: 'old-web' } });
    expect(outcome([policy('db', fromWeb(5432))], edgeOf(web, db, 'TCP 5432'))).toBe('unchanged');
    expect(outcome([policy('db', fromWeb(5432))], edgeOf(old, db, 'TCP 5432'))).toBe('newly-denied');
  });
});

describe('an edge is undecided', () => {
  const block = (...cidrs: string[]) =>
    policy('db', { ...select('db'), ingress: [{ from: cidrs.map((one) => ({ ipBlock: { cidr: one } })) }] });

  it('where a policy splits a bucket of addresses', () => {
    const edge = edgeOf(cidr('198.51.100.0/24'), db, 'TCP 5432');
    expect(outcome([block('198.51.0.0/16')], edge)).toBe('unchanged');
    expect(outcome([block('203.0.113.0/24')], edge)).toBe('newly-denied');
    expect(outcome([block('198.51.100.128/25')], edge)).toBe('undecided: policies split 198.51.100.0/24');
    expect(run([block('198.51.100.128/25')], [edge]).edges[0]?.cases).toEqual([
      { what: '198.51.100.0/25', outcome: 'newly-denied' },
      { what: '198.51.100.128/25', outcome: 'unchanged' },
    ]);
  });

  it('where addresses of one workload are told apart, or those of a node', () => {
    // The pods of the third workload are at 10.244.2.2 and 10.244.2.3.
    expect(outcome([block('10.244.2.0/24')], edgeOf(two, db, 'TCP 1'))).toBe('unchanged');
    expect(outcome([block('10.244.2.2/32')], edgeOf(two, db, 'TCP 1'))).toBe(
      'undecided: policies tell the addresses of shop/two apart',
    );
    expect(outcome([block('10.0.0.2/32')], edgeOf(node('worker-2'), db, 'TCP 1'))).toBe('unchanged');
    expect(outcome([block('10.0.0.2/32')], edgeOf(node('worker-9'), db, 'TCP 1'))).toBe(
      'undecided: no address of node worker-9 is known',
    );
  });

  it('where a workload is gone and policies go by address', () => {
    const gone = workloadPeer({ name: 'gone' });
    expect(outcome([block('10.244.0.0/16')], edgeOf(gone, db, 'TCP 1'))).toBe('unchanged');
    expect(outcome([block('10.244.2.0/24')], edgeOf(gone, db, 'TCP 1'))).toBe(
      'undecided: shop/gone has no pods now, and policies go by address',
    );
  });

  it('where what stands behind a Service is told apart, at the ports that it listens on', () => {
    const more = { services: [serviceOf('shop', 'front', [['TCP', 80, 5432]], { tier: 'data' })] };
    const labels = (app: string) => ({ app, tier: 'data' });
    const behind = (...apps: string[]) => ({
      more,
      specs: [WEB, ...apps.map((name) => ({ name, labels: labels(name) }))],
    });
    const edge = edgeOf(web, servicePeer('shop', 'front'), 'TCP 80');
    expect(outcome([policy('db', fromWeb(5432))], edge, behind('db'))).toBe('unchanged');
    expect(outcome([policy('db', fromWeb(80))], edge, behind('db'))).toBe('newly-denied');
    const two = run([policy('db', fromWeb(80))], [edge], behind('db', 'cache')).edges[0];
    expect(two).toMatchObject({
      outcome: 'undecided',
      why: 'policies tell apart what stands behind Service shop/front',
      cases: [
        { what: 'shop/cache-deployment-0 10.244.2.2', outcome: 'unchanged' },
        { what: 'shop/db-deployment-0 10.244.1.2', outcome: 'newly-denied' },
      ],
    });
  });

  it('where nobody knows who it was, and policies of the other end change', () => {
    const lost = [edgeOf(unknown('10.244.9.9'), db, 'TCP 1'), edgeOf(web, servicePeer('shop', 'none'), 'TCP 80')];
    expect(lost.map((edge) => outcome([policy('db', fromWeb(1))], edge))).toEqual([
      'undecided: nothing in the cluster owned 10.244.9.9 at that moment',
      'unchanged',
    ]);
    const openDb = policy('db', { ...select('db'), ingress: [{}] });
    const onPort = policy('db', { ...select('db'), ingress: [{ ports: [{ port: 5432 }] }] });
    const [stranger] = lost as [MergedEdge, MergedEdge];
    expect(outcome([openDb], stranger)).toBe('unchanged');
    expect(outcome([onPort], stranger)).toBe('newly-denied');
    expect(outcome([onPort], { ...stranger, port: 5432 })).toBe('unchanged');
    const closeWeb = policy('web', { ...select('web'), policyTypes: ['Egress'], egress: [{ ports: [{ port: 80 }] }] });
    expect(lost.map((edge) => outcome([closeWeb], edge))).toEqual([
      'unchanged',
      'undecided: nothing is known to stand behind Service shop/none',
    ]);
  });

  it('where the port was not recorded, or rules ask for source ports', () => {
    expect(outcome([policy('db', fromWeb(5432))], edgeOf(web, db, 'TCP 0'))).toBe(
      'undecided: the port was not recorded',
    );
    expect(outcome([closeDb], edgeOf(web, db, 'TCP 0'))).toBe('newly-denied');
    const rule = { action: 'Allow', protocol: 'TCP', source: { ports: ['1024:65535'] } };
    const low = calico('GlobalNetworkPolicy', 'low', { selector: "app == 'db'", ingress: [rule] });
    expect(outcome([low], edgeOf(web, db, 'TCP 5432'))).toBe(
      'undecided: policies ask for source ports, which are not recorded',
    );
    expect(outcome([low], edgeOf(web, db, 'UDP 53'))).toBe('newly-denied');
  });

  it('but not for ICMP, whose type and code are recorded', () => {
    const ping = { action: 'Allow', protocol: 'ICMP', icmp: { type: 8 } };
    const onlyPing = calico('GlobalNetworkPolicy', 'ping', { selector: "app == 'db'", ingress: [ping] });
    expect(outcome([onlyPing], edgeOf(web, db, `ICMP ${8 << 8}`))).toBe('unchanged');
    expect(outcome([onlyPing], edgeOf(web, db, `ICMP ${3 << 8}`))).toBe('newly-denied');
  });
});

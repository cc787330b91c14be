import { type MergedEdge, type Peer, peerId } from '@margay/model';
import { load as parseYaml } from 'js-yaml';
import { beforeAll, describe, expect, it } from 'vitest';
import { edgeFixture } from './edge-fixture.ts';
import { BUILD_MS, buildMargay, folderOf, type Ran } from './run-margay.ts';
import { DB_POLICY, SHOP } from './shop.ts';

let margay: (args: readonly string[], stdin?: string) => Ran;
beforeAll(async () => {
  margay = await buildMargay();
}, BUILD_MS);

const STAGED_DELETE = `
apiVersion: policy.margay.dev/v1
kind: StagedKubernetesNetworkPolicy
metadata: { name: db, namespace: shop }
spec: { stagedAction: Delete }
`;
const closed = DB_POLICY.replace('port: sql', 'port: 5433');
const open = folderOf({ 'shop.yaml': SHOP });
const guarded = folderOf({ 'shop.yaml': SHOP, 'policy.yaml': DB_POLICY });
/** Recorded with the port that the policy names. */
const db = { ...edgeFixture.dst, ports: [{ name: 'sql', protocol: 'TCP', port: 5432 }] } as Peer;
const fromWeb: MergedEdge = { ...edgeFixture, dst: db, dstId: peerId(db) };
const from = (src: Peer): MergedEdge => ({ ...fromWeb, src, srcId: peerId(src) });
const stranger: Peer = { kind: 'external', address: '203.0.113.9' };
const bucket: Peer = { kind: 'cidr', cidr: '198.51.100.0/24' };
const edges = [fromWeb, from(stranger)].map((edge) => JSON.stringify(edge)).join('\n');
const flows = folderOf({ 'flows.json': edges });
const FLOWS = `${flows}/flows.json`;

const replay = (folder: string, change: string, ...more: string[]) =>
  margay(['replay', folder, '--with', '-', '--flows', FLOWS, ...more], change);
const WEB = 'shop/web[Deployment]';
const DB = 'shop/db[StatefulSet]';

describe('replay', () => {
  it('exits with 1 where something is newly denied, and tells by what and what is missing', () => {
    const ran = replay(open, DB_POLICY);
    expect(ran).toMatchObject({ code: 1, err: '' });
    expect(ran.out).toBe(`newly denied: 1 edge, 1 connection, last seen 1970-01-01T00:00:02Z
  203.0.113.9[External] => ${DB} : TCP 5432   1 connection, last seen 1970-01-01T00:00:02Z
    before: allowed: no policy decides
    after:  denied at ingress: no rule of KubernetesNetworkPolicy shop/db matches
    nearest: KubernetesNetworkPolicy shop/db spec.ingress[0] differs in peer: it has a pod, app == "web", namespace == "shop", this is 203.0.113.9
undecided: 0 edges, 0 connections
newly allowed: 0 edges, 0 connections
unchanged: 1 edge, 1 connection, last seen 1970-01-01T00:00:02Z
`);
  });

  it('prints the same in every form', () => {
    const json = JSON.parse(replay(open, closed, '-o', 'json').out);
    expect(parseYaml(replay(open, closed, '-o', 'yaml').out)).toEqual(json);
    expect(json).toMatchObject({
      sums: { 'newly-denied': { edges: 2, connections: 2 }, unchanged: { edges: 0 } },
      edges: [
        {},
        {
          outcome: 'newly-denied',
          src: WEB,
          dst: DB,
          port: 'TCP 5432',
          recorded: 'allow',
          trace: { before: { ingress: [{ kind: 'Profile' }] }, after: { ingress: [{ name: 'db', rule: -1 }] } },
          nearestMiss: [{ name: 'db', rule: 'spec.ingress[0]', differs: 'port', wanted: 'TCP 5433' }],
        },
      ],
    });
    const csv = replay(open, closed, '-o', 'csv').out.split('\n');
    expect(csv).toHaveLength(4);
    expect(csv[2]).toContain(`newly-denied,${WEB},${DB},TCP 5432,allow,1,2,1970-01-01T00:00:01.000Z`);
    const page = replay(open, closed, '-o', 'md').out;
    expect(page).toContain('### Margay replay: ❌ 2 edges of recorded traffic would be denied\n');
    expect(page).toContain(`| ${WEB} | ${DB} | TCP 5432 | 1 |`);
    expect(page).not.toContain('<details>');
    expect(replay(open, closed, '-o', 'md', '--all').out).not.toContain('<details>');
    expect(replay(guarded, DB_POLICY, '-o', 'md', '--all').out).toMatch(/✅ .*<details><summary>Unchanged \(2\)/s);
  });

  it('keeps a page short enough for a comment', () => {
    const many = Array.from({ length: 400 }, (_, place) =>
      from({ kind: 'external', address: `203.0.${place >> 8}.${place & 255}` }),
    );
    const flows = folderOf({ 'many.jsonl': many.map((edge) => JSON.stringify(edge)).join('\n') });
    const { out } = margay(['replay', open, '--with', '-', '--flows', `${flows}/many.jsonl`, '-o', 'md'], DB_POLICY);
    expect(out.length).toBeLessThan(65_536);
    const shown = out.split('\n').filter((line) => line.startsWith('| 203.')).length;
    expect(shown).toBeGreaterThan(50);
    expect(out).toContain('#### Newly denied (400)');
    expect(out).toContain(`…and ${400 - shown} more`);
  });

  it('puts objects in the place of their names, adds others, or takes the whole set', () => {
    expect(replay(guarded, closed).out).toContain('newly denied: 1 edge,');
    expect(replay(guarded, closed.replace('name: db,', 'name: other,')).code).toBe(0);
    expect(replay(guarded, closed.replace('name: db,', 'name: other,'), '--whole').code).toBe(1);
    const deleted = replay(guarded, STAGED_DELETE);
    expect(deleted.code).toBe(0);
    expect(deleted.out).toContain('newly allowed: 1 edge,');
  });

  it('tries out what is staged already', () => {
    const staged = folderOf({ 'a.yaml': [SHOP, DB_POLICY, STAGED_DELETE].join('---') });
    const ran = margay(['replay', staged, '--staged', '--flows', FLOWS]);
    expect(ran.out).toContain('newly allowed: 1 edge,');
    expect(margay(['replay', staged, '--flows', FLOWS]).err).toContain('--with is missing');
    expect(replay(staged, DB_POLICY).out).toContain('newly allowed: 0 edges');
  });

  it('says why something is undecided, and that is no finding', () => {
    const block = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: db, namespace: shop }
spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: 198.51.100.0/25 } }] }] }
`;
    const folder = folderOf({ 'block.yaml': block });
    const ran = margay(['replay', open, '--with', folder, '--flows', '-'], JSON.stringify(from(bucket)));
    expect(ran.code).toBe(0);
    expect(ran.out).toContain('undecided: 1 edge');
    expect(ran.out).toContain(
      'policies split 198.51.100.0/24 (198.51.100.0/25: unchanged; 198.51.100.128/25: newly denied)',
    );
  });

  it('reads Hubble, and tells what it passed over', () => {
    const end = (name: string, kind: string) => ({
      namespace: 'shop',
      pod_name: `${name}-0`,
      workloads: [{ name, kind }],
    });
    const flow = {
      time: '2026-11-20T10:00:00Z',
      verdict: 'FORWARDED',
      IP: { source: '10.0.1.5', destination: '10.0.2.6' },
      l4: { TCP: { source_port: 4000, destination_port: 5432, flags: { SYN: true } } },
      source: end('web', 'Deployment'),
      destination: end('db', 'StatefulSet'),
      Type: 'L3_L4',
      is_reply: false,
      traffic_direction: 'EGRESS',
    };
    const lines = [{ flow }, { flow: { ...flow, Type: 'L7' } }].map((line) => JSON.stringify(line)).join('\n');
    const folder = folderOf({
      'closed.yaml': `${closed}---\n{ apiVersion: v1, kind: ConfigMap, metadata: { name: x } }\n`,
    });
    const ran = margay(['replay', open, '--with', folder, '--flows', '-'], lines);
    expect(ran.code).toBe(1);
    expect(ran.out).toContain(`${WEB} => ${DB} : TCP 5432   1 connection, last seen 2026-11-20T10:00:00Z`);
    expect(ran.err).toContain('1 lines say nothing');
    expect(ran.err).toContain('1 object (ConfigMap x)');
  });

  it.each<[string, string, string, string[]]>([
    ['a document that is no YAML', '{ not: [yaml', 'no YAML', []],
    ['an invalid policy', DB_POLICY.replace('port: sql', 'port: 70000'), 'spec.ingress[0].ports[0].port', []],
    ['no policy', '{ apiVersion: v1, kind: ConfigMap, metadata: { name: x } }', 'holds no policy', []],
    ['an unknown version', DB_POLICY.replace('networking.k8s.io/v1', 'networking.k8s.io/v2'), 'apiVersion', []],
    ['a name given twice', `${DB_POLICY}---${DB_POLICY}`, 'a second NetworkPolicy shop/db', []],
    ['stdin given twice', '', 'stdin holds one thing', ['--flows', '-']],
    ['flows that are not there', DB_POLICY, '/nowhere does not exist', ['--flows', '/nowhere']],
    ['flows that are none', DB_POLICY, 'shop.yaml, line 2: no JSON object', ['--flows', `${open}/shop.yaml`]],
    ['a form it has not', DB_POLICY, '-o dot is not among', ['-o', 'dot']],
  ])('refuses %s', (_name, change, message, more) => {
    const given = more.includes('--flows') ? more : ['--flows', FLOWS, ...more];
    const ran = margay(['replay', open, '--with', '-', ...given], change);
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toContain(message);
  });

  it('goes on without what is invalid where asked to', () => {
    const wrong = DB_POLICY.replace('port: sql', 'port: 70000').replace('name: db,', 'name: wrong,');
    const ran = replay(open, `${closed}---${wrong}`, '--lenient');
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('shop/wrong');
  });
});

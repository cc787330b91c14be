import { load, loadAll } from 'js-yaml';
import { beforeAll, describe, expect, it } from 'vitest';
import { edgeFixture } from './edge-fixture.ts';
import { BUILD_MS, buildMargay, folderOf, type Ran } from './run-margay.ts';
import { SHOP } from './shop.ts';

let margay: (args: readonly string[], stdin?: string) => Ran;
beforeAll(async () => {
  margay = await buildMargay();
}, BUILD_MS);

const WEB = {
  namespace: 'shop',
  labels: ['k8s:app=web', 'k8s:io.kubernetes.pod.namespace=shop'],
  pod_name: 'web-6d4b75cb6d-hx7wk',
  workloads: [{ name: 'web', kind: 'Deployment' }],
};
const DB = {
  namespace: 'shop',
  labels: ['k8s:app=db'],
  pod_name: 'db-0',
  workloads: [{ name: 'db', kind: 'StatefulSet' }],
};
const WORLD = { identity: 2, labels: ['reserved:world'] };
const ADDRESSES = new Map<unknown, string>([
  [WEB, '10.0.1.5'],
  [DB, '10.0.2.6'],
  [WORLD, '203.0.113.9'],
]);

/** A line as `hubble observe -o jsonpb` prints it. */
function flow(source: unknown, destination: unknown, l4: unknown, more: Record<string, unknown> = {}): string {
  const IP = { source: ADDRESSES.get(source), destination: ADDRESSES.get(destination), ipVersion: 'IPv4' };
  const one = {
    time: '2026-11-20T10:00:00.5Z',
    uuid: 'x',
    verdict: 'FORWARDED',
    IP,
    l4,
    source,
    destination,
    Type: 'L3_L4',
    node_name: 'n1',
    is_reply: false,
    traffic_direction: 'EGRESS',
    event_type: { type: 4 },
  };
  return JSON.stringify({ flow: { ...one, ...more }, node_name: 'n1', time: one.time });
}
const tcp = (source_port: number, destination_port: number, flags: object = { SYN: true }) => ({
  TCP: { source_port, destination_port, flags },
});

const folder = folderOf({ 'shop.yaml': SHOP });
const recommend = (lines: readonly string[], form = 'yaml') =>
  margay(['recommend', folder, '--flows', '-', '-o', form], lines.join('\n'));
const policyFor = (ran: Ran, app: string) =>
  (loadAll(ran.out) as { spec: { podSelector: object; ingress: unknown[]; egress: unknown[] } }[]).find(
    ({ spec }) => JSON.stringify(spec.podSelector) === JSON.stringify({ matchLabels: { app } }),
  )?.spec;
const peer = (app: string) => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } },
  podSelector: { matchLabels: { app } },
});
const rule = (side: 'from' | 'to', app: string, port: number) => ({
  [side]: [peer(app)],
  ports: [{ protocol: 'TCP', port }],
});

describe('recommend from Hubble', () => {
  it('allows what got through, at the port of who answered, whichever direction was logged', () => {
    for (const line of [
      flow(WEB, DB, tcp(40_000, 5432)),
      flow(DB, WEB, tcp(5432, 40_000, { SYN: true, ACK: true }), { is_reply: true }),
    ]) {
      const ran = recommend([line]);
      expect(ran.code).toBe(0);
      expect(policyFor(ran, 'web')).toMatchObject({ egress: [rule('to', 'db', 5432)], ingress: [] });
      expect(policyFor(ran, 'db')).toMatchObject({ ingress: [rule('from', 'web', 5432)], egress: [] });
    }
  });

  it('knows outside addresses, and learns nothing from drops, layer 7 and flows without a direction', () => {
    const lines = [
      flow(WEB, WORLD, tcp(40_000, 443)),
      flow(WEB, DB, tcp(40_000, 22), { verdict: 'DROPPED', is_reply: null, traffic_direction: 'INGRESS' }),
      flow(WEB, DB, tcp(40_000, 5432), { Type: 'L7' }),
      flow(DB, WEB, { UDP: { source_port: 53, destination_port: 40_000 } }, { is_reply: null }),
      '{"lost_events":{"source":"PERF_EVENT_RING_BUFFER","num_events_lost":"7"}}',
      '',
    ];
    const ran = recommend(lines, 'json');
    expect(ran.code).toBe(0);
    expect(ran.err).toContain('2 lines say nothing');
    expect(ran.err).toContain('none for workload/shop/StatefulSet/db');
    const [web, db] = JSON.parse(ran.out);
    expect(web.policy.spec.egress).toEqual([
      { to: [{ ipBlock: { cidr: '203.0.113.9/32' } }], ports: [{ protocol: 'TCP', port: 443 }] },
    ]);
    expect(web.leftOut).toEqual([expect.objectContaining({ sentence: 'TCP 22 to db' })]);
    expect(web.notes.join()).toContain('7 flows were lost');
    expect(db.policy).toBeNull();
    expect(recommend(lines, 'md').out).toContain('| egress | Allow 203.0.113.9 on TCP 443 | 1 |');
  });

  it("reads Margay's own edges", () => {
    const ran = recommend([JSON.stringify(edgeFixture)]);
    expect(policyFor(ran, 'web')).toMatchObject({ egress: [rule('to', 'db', 5432)] });
  });

  it.each([
    ['{"flow":', 'stdin, line 1: no JSON object'],
    ['[]', 'stdin, line 1: no JSON object'],
    ['{"flow":{"IP":3}}', 'stdin, line 1: IP'],
    ['', 'says nothing'],
  ])('refuses %j', (line, message) => {
    const ran = recommend([line]);
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toContain(message);
  });

  it('writes what its own connectivity then shows', () => {
    const { out } = recommend([flow(WEB, DB, tcp(40_000, 5432))]);
    const listed = margay(['connectivity', '-', '-o', 'yaml'], `${SHOP}${out}`);
    expect(load(listed.out)).toEqual([{ src: 'shop/web[Deployment]', dst: 'shop/db[StatefulSet]', conn: 'TCP 5432' }]);
  });
});

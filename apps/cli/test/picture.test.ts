import { beforeAll, describe, expect, it } from 'vitest';
import { BUILD_MS, buildMargay, folderOf, type Ran } from './run-margay.ts';
import { DB_POLICY, SHOP } from './shop.ts';

let margay: (args: readonly string[], stdin?: string) => Ran;
beforeAll(async () => {
  margay = await buildMargay();
}, BUILD_MS);

const before = folderOf({ 'shop.yaml': SHOP });
const after = folderOf({ 'shop.yaml': SHOP, 'policy.yaml': DB_POLICY });
const deployments = (count: number) =>
  Array.from({ length: count }, (_, place) => SHOP.split('---')[0]?.replaceAll('web', `web-${place}`)).join('---');

/** Texts of elements of a class, in order. */
const texts = (svg: string, name: string) =>
  [...svg.matchAll(new RegExp(`<text class="${name}[^"]*"[^>]*>([^<]*)`, 'g'))].map(([, text]) => text);
const lines = (svg: string) =>
  [...svg.matchAll(/<path class="line ([a-z]+)" d="M[-\d. MLQ]+"><title>([^<]*)<\/title>/g)].map(
    ([, look, title]) => `${look} ${title}`,
  );

/** Every tag that opens closes, in order. */
function isWellFormed(svg: string): boolean {
  const open: string[] = [];
  for (const [, close, name = '', alone] of svg.matchAll(/<(\/?)([a-z]+)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (close === '/' && open.pop() !== name) return false;
    if (close === '' && alone === '') open.push(name);
  }
  return open.length === 0 && !/&(?!(amp|lt|gt|quot);)/.test(svg);
}

describe('a picture', () => {
  it('has a box for each workload, and a line for each connection', () => {
    const { code, out } = margay(['connectivity', after, '-o', 'svg']);
    expect(code).toBe(0);
    expect(isWellFormed(out)).toBe(true);
    expect(texts(out, 'title').sort()).toEqual(['anywhere outside', 'anywhere outside', 'db', 'web']);
    expect(texts(out, 'group-name')).toEqual(['shop']);
    const everyone = '0.0.0.0-255.255.255.255[External]';
    expect(lines(out).sort()).toEqual(
      [
        `plain ${everyone} → shop/web[Deployment]: All Connections`,
        `plain shop/db[StatefulSet] → ${everyone}: All Connections`,
        `plain shop/db[StatefulSet] → shop/web[Deployment]: All Connections`,
        `plain shop/web[Deployment] → ${everyone}: All Connections`,
        `plain shop/web[Deployment] → shop/db[StatefulSet]: TCP 5432`,
      ].sort(),
    );
    expect(margay(['connectivity', after, '-o', 'svg']).out).toBe(out);
  });

  it('says what everybody may do instead of drawing it', () => {
    const { out } = margay(['connectivity', '-', '-o', 'svg'], deployments(6));
    expect(lines(out).every((line) => line.startsWith('plain 0.0.0.0-255.255.255.255[External] → '))).toBe(true);
    expect(texts(out, 'row').filter((text) => text === 'All Connections from every workload')).toHaveLength(7);
  });

  it('counts workloads without a connection, where there are many', () => {
    const deny = (name: string) => `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${name}, namespace: shop }
spec: { podSelector: {}, policyTypes: [Ingress, Egress] }
`;
    const few = margay(['connectivity', '-', '-o', 'svg'], [deployments(3), deny('all')].join('---')).out;
    expect(texts(few, 'title').sort()).toEqual(['web-0', 'web-1', 'web-2']);
    const many = margay(['connectivity', '-', '-o', 'svg'], [deployments(9), deny('all')].join('---')).out;
    expect(texts(many, 'title')).toEqual(['9 workloads']);
    expect(texts(many, 'kind')).toEqual(['without a connection']);
  });

  it('tells changes apart by sign and colour', () => {
    const ran = margay(['diff', before, after, '-o', 'svg']);
    expect(ran.code).toBe(1);
    expect(isWellFormed(ran.out)).toBe(true);
    expect(texts(ran.out, 'row').sort()).toEqual(['± TCP 5432 (was All Connections)', '− All Connections'].sort());
    expect(lines(ran.out).map((line) => line.split(' ')[0])).toEqual(expect.arrayContaining(['changed', 'removed']));
    expect(isWellFormed(margay(['diff', after, after, '-o', 'svg']).out)).toBe(true);
  });

  it('writes names as text, whatever they hold', () => {
    const { out } = margay(['connectivity', '-', '-o', 'svg'], SHOP.replace('name: web,', `name: 'w<b>&"',`));
    expect(isWellFormed(out)).toBe(true);
    expect(texts(out, 'title')).toContain('w&lt;b&gt;&amp;&quot;');
  });

  it('refuses what would be none', () => {
    const pair = (from: number, to: number) => `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: p-${from}, namespace: shop }
spec: { podSelector: { matchLabels: { app: web-${from} } }, ingress: [{ ports: [{ port: ${to} }] }] }
`;
    const many = [deployments(45), ...Array.from({ length: 45 }, (_, place) => pair(place, place + 1))].join('---');
    expect(margay(['connectivity', '-', '-o', 'svg'], many).code).toBe(0);
    const but = many.replaceAll(
      'ingress: [{ ports',
      'ingress: [{ from: [{ podSelector: { matchExpressions: [{ key: app, operator: NotIn, values: [web-0] }] } }], ports',
    );
    expect(margay(['connectivity', '-', '-o', 'svg'], but)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('lines would be no picture'),
    });
  });
});

import { describe, expect, it } from 'vitest';
import { gnp, knp, type Manifest, namespace, pod, world } from '../../test/world.ts';
import { evaluate } from './evaluate.ts';
import { nearestMiss } from './nearest-miss.ts';

const CLUSTER: readonly Manifest[] = [
  namespace('a'),
  namespace('b', { env: 'prod' }),
  pod('a/cart', { ip: '10.0.0.1', labels: { app: 'cart' } }),
  pod('a/front', { ip: '10.0.0.2', labels: { app: 'front' } }),
  pod('b/other', { ip: '10.0.1.1', labels: { app: 'other' } }),
];
const from = (app: string) => ({ from: [{ podSelector: { matchLabels: { app } } }] });

function missOf(
  policies: readonly Manifest[],
  [src, dst, what]: [string, string, string],
  direction: 'ingress' | 'egress',
) {
  const { cluster, policies: set, packet } = world([...CLUSTER, ...policies]);
  const asked = packet(src, dst, what);
  const trace = evaluate(cluster, set, asked)[direction]?.enforced;
  const miss = trace === undefined ? null : nearestMiss(cluster, asked, { direction, trace });
  return miss && [miss.policy.name, miss.rule.path, miss.differs, miss.wanted, miss.found];
}
const into = (...policies: Manifest[]) => missOf(policies, ['a/front', 'a/cart', 'TCP 8080'], 'ingress');

describe('nearestMiss', () => {
  it('finds the rule that differs in the port, protocol included', () => {
    const rule = { ...from('front'), ports: [{ port: 7070 }, { port: 7072, endPort: 7080 }] };
    const expected = ['p', 'spec.ingress[0]', 'port', 'TCP 7070,7072-7080', 'TCP 8080'];
    expect(into(knp('closed', {}), knp('p', { ingress: [rule] }))).toEqual(expected);
    expect(
      into(knp('p', { ingress: [{ ...from('front'), ports: [{ protocol: 'UDP', port: 53 }] }] }))?.slice(2),
    ).toEqual(['port', 'UDP 53', 'TCP 8080']);
  });

  it('finds the rule that differs in the peer, and says by which label', () => {
    const rule = { ...from('frontend'), ports: [{ port: 8080 }] };
    expect(into(knp('p', { ingress: [rule] }))).toEqual([
      'p',
      'spec.ingress[0]',
      'peer',
      'app == "frontend"',
      'a/front, app=front',
    ]);
    const foreign = {
      from: [{ namespaceSelector: { matchLabels: { env: 'prod' } }, podSelector: { matchLabels: { app: 'front' } } }],
    };
    expect(into(knp('p', { ingress: [foreign] }))?.slice(3)).toEqual([
      'namespace env == "prod"',
      'a/front, no namespace env',
    ]);
  });

  it('finds a block that the address lies beside', () => {
    const blocks = (...cidrs: string[]) => ({
      egress: [{ to: cidrs.map((cidr) => ({ ipBlock: { cidr } })) }],
      policyTypes: ['Egress'],
    });
    const miss = missOf(
      [knp('p', blocks('10.0.0.0/8', '192.0.2.0/24'))],
      ['a/cart', '203.0.113.9', 'TCP 443'],
      'egress',
    );
    expect(miss?.slice(2)).toEqual(['peer', 'in 10.0.0.0/8', '203.0.113.9']);
  });

  it('prefers a port that differs to a peer that does', () => {
    const byPeer = knp('a-peer', { ingress: [{ ...from('other'), ports: [{ port: 8080 }] }] });
    const byPort = knp('b-port', { ingress: [{ ...from('front'), ports: [{ port: 1 }] }] });
    expect(into(byPeer, byPort)?.[0]).toBe('b-port');
  });

  it('prefers the peer of which the fewest labels differ', () => {
    const two = { from: [{ podSelector: { matchLabels: { app: 'x', tier: 'y' } } }] };
    expect(into(knp('a-two', { ingress: [two] }), knp('b-one', { ingress: [from('x')] }))?.[0]).toBe('b-one');
    expect(into(knp('a-two', { ingress: [two] }))?.slice(3)).toEqual([
      'app == "x", tier == "y"',
      'a/front, app=front, no tier',
    ]);
  });

  it('says that outside is no pod', () => {
    const outside = ['203.0.113.9', 'a/cart', 'TCP 8080'] as const;
    const miss = missOf([knp('p', { ingress: [{ from: [{ podSelector: {} }] }] })], [...outside], 'ingress');
    expect(miss?.slice(2)).toEqual(['peer', 'a pod, namespace == "a"', '203.0.113.9']);
  });

  it('knows source ports, the own end and the family', () => {
    const rule = (one: object) =>
      into(gnp('p', { selector: "app == 'cart'", ingress: [{ action: 'Allow', ...one }] }))?.slice(2);
    expect(rule({ protocol: 'TCP', source: { ports: [53] } })).toEqual(['source port', '53', '40000']);
    expect(rule({ destination: { selector: "app == 'x'" } })).toEqual(['own end', 'app == "x"', 'a/cart, app=cart']);
    expect(rule({ ipVersion: 6 })).toEqual(['family', 'IPv6', 'IPv4']);
    expect(rule({ source: { nets: ['fd00::/8'] } })).toBeUndefined();
  });

  it('says nothing where two things differ, a rule denies, or all is allowed', () => {
    expect(into(knp('p', { ingress: [{ ...from('other'), ports: [{ port: 1 }] }] }))).toBeNull();
    expect(into(knp('p', {}))).toBeNull();
    expect(into(knp('p', { ingress: [from('front')] }))).toBeNull();
    const deny = gnp('p', { ingress: [{ action: 'Deny' }, { action: 'Allow', protocol: 'UDP' }] });
    expect(into(deny)).toBeNull();
  });
});

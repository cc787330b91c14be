import { describe, expect, it } from 'vitest';
import { cidr, edgeOf, external, inventoryOf, workloadPeer } from '../../test/fixtures.ts';
import { front, runFor, sentences } from '../../test/run-recommend.ts';
import type { ObservedEdge, RecommendInput } from './types.ts';

const to = (address: string, port = 'TCP 443', more: Partial<ObservedEdge> = {}): ObservedEdge => ({
  ...edgeOf(workloadPeer(front), external(address), port),
  ...more,
});
const named = (address: string, ...dnsNames: string[]) => to(address, 'TCP 443', { dnsNames });
const inventory = inventoryOf([front]);
const outcome = (edges: readonly ObservedEdge[], more: Partial<RecommendInput> = {}, where = inventory) => {
  const found = runFor('frontend', where, edges, more);
  const blocks = found.policy?.spec.egress?.map(({ to: peers }) => peers?.map(({ ipBlock }) => ipBlock?.cidr));
  return { found, words: sentences(found).map((text) => text.replace('egress: ', '')), blocks };
};
const ceiling = (v4: number, v6 = 64) => ({ cidrCeiling: { v4, v6 } });

describe('peers outside', () => {
  it('share a rule by the name that the workload resolved', () => {
    const { words, blocks } = outcome([
      named('203.0.113.9', 'API.example.org.'),
      named('203.0.113.7', 'api.example.org'),
      named('203.0.113.8', 'cdn.example.org', 'www.example.org'),
      to('203.0.113.10'),
    ]);
    expect(words).toEqual([
      'Allow api.example.org (203.0.113.7 and 203.0.113.9) on TCP 443',
      'Allow cdn.example.org or www.example.org (203.0.113.8) on TCP 443',
      'Allow 203.0.113.10 on TCP 443',
    ]);
    expect(blocks).toEqual([['203.0.113.7/32', '203.0.113.9/32'], ['203.0.113.8/32'], ['203.0.113.10/32']]);
  });

  it('share a rule by registrable domain, where the caller knows such', () => {
    const registrableDomain = (name: string) => (name.endsWith('.example.org') ? 'example.org' : null);
    const edges = [
      named('203.0.113.7', 'a.example.org'),
      named('203.0.113.8', 'b.example.org'),
      named('203.0.113.9', 'other'),
    ];
    expect(outcome(edges, { registrableDomain }).words).toEqual([
      'Allow example.org (203.0.113.7 and 203.0.113.8) on TCP 443',
      'Allow other (203.0.113.9) on TCP 443',
    ]);
  });

  it('share a rule by the smallest network set, a name coming first', () => {
    const networkSets = [
      { name: 'all', nets: ['203.0.113.0/24'] },
      { name: 'office', namespace: 'shop', nets: ['203.0.113.0/28', '198.51.100.7', 'nonsense'] },
    ];
    const edges = [to('203.0.113.7'), to('198.51.100.7'), to('203.0.113.99'), named('203.0.113.8', 'api.example.org')];
    expect(outcome(edges, { networkSets }).words).toEqual([
      'Allow network set shop/office (198.51.100.7 and 203.0.113.7) on TCP 443',
      'Allow api.example.org (203.0.113.8) on TCP 443',
      'Allow network set all (203.0.113.99) on TCP 443',
    ]);
    expect(outcome(edges.slice(0, 2), { networkSets, ...ceiling(24) }).blocks).toEqual([
      ['198.51.100.7/32', '203.0.113.0/28'],
    ]);
    expect(outcome(edges.slice(0, 2), { networkSets, ...ceiling(29) }).blocks).toEqual([
      ['198.51.100.7/32', '203.0.113.7/32'],
    ]);
  });

  it('stay single addresses unless the user sets a ceiling', () => {
    const edges = [to('203.0.113.7'), to('203.0.113.6'), to('2001:db8:f::1'), to('2001:db8:f::2')];
    expect(outcome(edges).blocks).toEqual([
      ['203.0.113.6/32', '203.0.113.7/32', '2001:db8:f::1/128', '2001:db8:f::2/128'],
    ]);
    expect(outcome(edges, ceiling(24)).blocks).toEqual([['203.0.113.6/31', '2001:db8:f::/126']]);
  });

  it('become the smallest block that holds them, never a wider one than the ceiling', () => {
    const edges = [to('203.0.113.7'), to('203.0.113.200'), to('203.0.112.5'), to('203.0.112.6')];
    expect(outcome(edges, ceiling(24)).blocks).toEqual([['203.0.112.4/30', '203.0.113.0/24']]);
    expect(outcome(edges, ceiling(23)).blocks).toEqual([['203.0.112.0/23']]);
    expect(outcome(edges, ceiling(25)).blocks).toEqual([['203.0.112.4/30', '203.0.113.7/32', '203.0.113.200/32']]);
  });

  it('never share a block on a port that only some were seen on', () => {
    const edges = [to('203.0.113.6'), to('203.0.113.7'), to('203.0.113.8', 'TCP 25')];
    expect(outcome(edges, ceiling(24)).words).toEqual([
      'Allow 203.0.113.6/31 on TCP 443',
      'Allow 203.0.113.8 on TCP 25',
    ]);
  });

  it('never become all of a private range, or any', () => {
    const far = [
      to('10.0.0.9'),
      to('10.255.0.1'),
      to('192.168.0.1'),
      to('192.168.255.1'),
      to('1.0.0.1'),
      to('254.0.0.1'),
    ];
    const { blocks, found } = outcome(far, ceiling(0, 0));
    expect(blocks).toEqual([
      ['1.0.0.1/32', '10.0.0.9/32', '10.255.0.1/32', '192.168.0.1/32', '192.168.255.1/32', '254.0.0.1/32'],
    ]);
    expect(found.rules[0]?.findings).toEqual([]);
  });

  it('never become a block that a pod, a node, a Service or a pod range lies in', () => {
    const edges = [to('203.0.113.6'), to('203.0.113.4')];
    const own = inventoryOf([front]);
    const [pod] = own.pods;
    if (pod === undefined) throw new Error('no pod');
    const withPod = { ...own, pods: [{ ...pod, addresses: ['203.0.113.5'] }] };
    const withRange = { ...own, nodes: own.nodes.map((node) => ({ ...node, podCIDRs: ['203.0.113.0/24'] })) };
    const single = [['203.0.113.4/32', '203.0.113.6/32']];
    expect(outcome(edges, ceiling(24)).blocks).toEqual([['203.0.113.4/30']]);
    expect(outcome(edges, ceiling(24), withPod).blocks).toEqual(single);
    expect(outcome(edges, ceiling(24), withRange).blocks).toEqual(single);
  });

  it('are the same whatever their order, where two groups make the same block', () => {
    const edges = [
      ...['203.0.113.0', '203.0.113.255'].map((address) => to(address)),
      ...['203.0.113.1', '203.0.113.254'].flatMap((address) => [to(address), to(address, 'TCP 25')]),
    ];
    const words = ['Allow 203.0.113.0/24 on TCP 25 and TCP 443'];
    expect(outcome(edges, ceiling(24)).words).toEqual(words);
    expect(outcome([...edges].reverse(), ceiling(24)).words).toEqual(words);
  });

  it('may be thousands', () => {
    const addressOf = (place: number) => `203.${place % 97}.${place >> 6}.${(place * 7) % 250}`;
    const edges = Array.from({ length: 6_000 }, (_, place) => to(addressOf(place)));
    const startMs = performance.now();
    const [single = [], under = []] = [outcome(edges).blocks?.[0], outcome(edges, ceiling(8)).blocks?.[0]];
    console.log(`6,000 addresses, twice: ${Math.round(performance.now() - startMs)} ms`);
    expect(single).toHaveLength(new Set(edges.map((_, place) => addressOf(place))).size);
    expect(under).toEqual(['203.0.0.0/9']);
  });

  it('are marked where only a block is left of them', () => {
    const all = (block: string) => edgeOf(workloadPeer(front), cidr(block), 'TCP 443');
    const codesOf = (...blocks: string[]) =>
      outcome(blocks.map(all), ceiling(24)).found.rules.flatMap(({ findings }) => findings.map(({ code }) => code));
    expect(codesOf('198.51.100.0/24')).toEqual(['wider-than-seen']);
    expect(codesOf('10.0.0.0/8')).toEqual(['private-range']);
    expect(codesOf('0.0.0.0/0')).toEqual(['any-address']);
    expect(codesOf('::/0')).toEqual(['any-address']);
    expect(codesOf('10.0.0.0/9', 'fc00::/7')).toEqual(['wider-than-seen', 'private-range']);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { edgeOf, external, inventoryOf, workloadPeer } from '../../test/fixtures.ts';
import { connectionsOf, passes } from '../../test/judge.ts';
import { randomCase } from '../../test/random-cluster.ts';
import { cart, front, runFor } from '../../test/run-recommend.ts';
import { parseManifests } from '../parse/parse-manifests.ts';
import { recommend } from './recommend.ts';
import { type Flavour, renderFlavour } from './render-flavour.ts';

const found = runFor('frontend', inventoryOf([front, cart]), [
  edgeOf(workloadPeer(front), workloadPeer(cart), 'TCP 7070'),
  edgeOf(workloadPeer(front), external('203.0.113.7'), 'TCP 443'),
  edgeOf(workloadPeer(cart), workloadPeer(front), 'TCP 80'),
]);
const textOf = (...asked: Parameters<typeof renderFlavour>) => {
  const rendered = renderFlavour(...asked);
  return 'yaml' in rendered ? rendered.yaml : rendered.reasons.map(({ message }) => message).join('; ');
};

describe('flavours of a recommendation', () => {
  it('is the policy itself for Kubernetes', () => {
    const rendered = renderFlavour(found, 'kubernetes');
    expect('objects' in rendered && rendered.objects).toEqual([found.policy]);
    expect(found.yaml?.endsWith(textOf(found, 'kubernetes').trimEnd().concat('\n'))).toBe(true);
  });

  it('is one of Calico, with the same peers', () => {
    const text = textOf(found, 'calico');
    expect(text).toContain('apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\n');
    expect(text).toContain('name: margay-frontend\n  namespace: shop\n');
    expect(text).toContain('- "203.0.113.7/32"');
  });

  it('is a baseline for the whole cluster, under a name that says its namespace', () => {
    const text = textOf(found, 'cluster', { insideOnly: true });
    expect(text).toContain('kind: ClusterNetworkPolicy');
    expect(text).toMatch(/name: margay-shop-frontend-[0-9a-f]{8}\n/);
    expect(text).toContain('tier: Baseline');
    expect(text).toContain('kubernetes.io/metadata.name: shop');
  });

  it('gives different names to what would run together', () => {
    const nameOf = (namespace: string, name: string) => {
      const spec = { namespace, name };
      const one = runFor(name, inventoryOf([spec]), [edgeOf(workloadPeer(spec), external('203.0.113.7'), 'TCP 443')]);
      return /name: (margay-.*)/.exec(textOf(one, 'cluster', { insideOnly: true }))?.[1];
    };
    expect(nameOf('a-b', 'c')).not.toBe(nameOf('a', 'b-c'));
    expect(nameOf('n'.repeat(63), 'w'.repeat(63))?.length).toBeLessThanOrEqual(63);
  });

  it('carries refusals through', () => {
    expect(textOf(found, 'cluster')).toBe('traffic from outside the cluster');
    const fromOutside = runFor('cart', inventoryOf([cart]), [
      edgeOf(external('203.0.113.7'), workloadPeer(cart), 'TCP 80'),
    ]);
    expect(textOf(fromOutside, 'cluster', { insideOnly: true })).toBe('a source outside the cluster');
    expect(textOf(found, 'calico', { supported: ['kubernetes'] })).toBe(
      'Calico NetworkPolicy, which this cluster does not enforce',
    );
    expect(textOf(runFor('cart', inventoryOf([cart]), []), 'calico')).toBe('no traffic seen');
  });
});

it.each<Flavour>(['kubernetes', 'calico'])('a whole set in the flavour %s lets through what was seen', (flavour) => {
  const law = (lose: number) =>
    fc.property(randomCase, ({ inventory, edges }) => {
      const all = recommend({ inventory, edges, fromMs: 0, toMs: 1, lostFlows: 0 });
      const texts = all.filter(({ policy }) => policy !== null).map((one) => textOf(one, flavour));
      const kept = lose === 0 ? texts : texts.map((text) => text.replace(/port: \d+|- \d+$/gm, (port) => `${port}1`));
      const { policies, problems } = parseManifests([{ file: 'set.yaml', text: kept.join('---\n') }], {
        mode: 'strict',
        assumeMissing: true,
      });
      expect(problems).toEqual([]);
      for (const edge of edges) {
        const connections = connectionsOf(inventory, edge);
        if (connections !== null) expect(passes(inventory, policies, connections)).toBe(true);
      }
    });
  fc.assert(law(0), { numRuns: 100 });
  expect(fc.check(law(1), { numRuns: 100 }).failed).toBe(true);
});

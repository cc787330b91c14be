import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { edgeOf, external, inventoryOf, type WorkloadSpec, workloadPeer } from '../../test/fixtures.ts';
import { connectionsOf, parsePolicies, passes } from '../../test/judge.ts';
import { randomCase } from '../../test/random-cluster.ts';
import { cart, front, run } from '../../test/run-recommend.ts';
import { recommend } from './recommend.ts';

const worker = (name: string): WorkloadSpec => ({ name, labels: { app: name, part: 'work' } });
const workers = ['one', 'two'].map(worker);
const inventory = inventoryOf([...workers, front, cart]);
const edges = [
  ...workers.map((spec) => edgeOf(workloadPeer(spec), workloadPeer(cart), 'TCP 7070')),
  edgeOf(workloadPeer(front), workloadPeer(cart), 'TCP 7071'),
];

describe('one policy for all workloads of a namespace that have the same needs', () => {
  it('is an option', () => {
    expect(run(inventory, edges).map(({ policy }) => policy?.metadata.name)).toEqual([
      'margay-cart',
      'margay-frontend',
      'margay-one',
      'margay-two',
    ]);
    const found = run(inventory, edges, { per: 'namespace' });
    expect(found.map(({ key }) => key)).toEqual([
      'workload/shop/Deployment/cart',
      'workload/shop/Deployment/frontend',
      'workload/shop/Deployment/one+workload/shop/Deployment/two',
    ]);
    expect(found[2]?.policy?.metadata.name).toMatch(/^margay-one-two-[0-9a-f]{8}$/);
    expect(found[2]?.policy?.spec.podSelector).toEqual({ matchLabels: { part: 'work' } });
    expect(found[2]?.notes[0]).toBe('one and two have the same needs: one policy covers them all.');
    expect(found[2]?.rules[0]?.evidence.connections).toBe(10);
    expect(found[2]?.coverage.connections).toBe(10);
  });

  it('says which ones where no label is theirs alone', () => {
    const plain = ['one', 'two'].map((name) => ({ name }));
    const found = run(inventoryOf([...plain, front, cart]), edges, { per: 'namespace' });
    expect(found[2]?.policy?.spec.podSelector).toEqual({
      matchExpressions: [{ key: 'app', operator: 'In', values: ['one', 'two'] }],
    });
  });

  it('never joins what differs, or saw nothing', () => {
    const other = [...edges, edgeOf(workloadPeer(worker('two')), external('203.0.113.7'), 'TCP 443')];
    expect(run(inventory, other, { per: 'namespace' })).toHaveLength(4);
    expect(run(inventory, [], { per: 'namespace' }).map(({ workloads }) => workloads.length)).toEqual([1, 1, 1, 1]);
  });

  it('lets through what was seen, and nothing that the single ones do not', () => {
    const both = (example: Pick<Parameters<typeof recommend>[0], 'edges' | 'inventory'>) =>
      (['workload', 'namespace'] as const).map((per) =>
        recommend({ ...example, per, fromMs: 0, toMs: 1, lostFlows: 0 }),
      );
    const toOutside = ({ namespace, kind, name }: (typeof inventory.workloads)[number]) =>
      edgeOf(workloadPeer({ namespace, kind, name }), external('203.0.113.7'), 'TCP 443');
    let joined = 0;
    fc.assert(
      fc.property(randomCase, ({ inventory: where, edges: random }) => {
        const example = { inventory: where, edges: [...random.slice(0, 2), ...where.workloads.map(toOutside)] };
        const [single = [], together = []] = both(example);
        joined += single.length - together.length;
        const policies = parsePolicies(together.map(({ policy }) => policy).filter((policy) => policy !== null));
        for (const edge of example.edges) {
          const connections = connectionsOf(example.inventory, edge);
          if (connections !== null) expect(passes(example.inventory, policies, connections)).toBe(true);
        }
        for (const one of together) {
          const members = single.filter(({ workloads }) =>
            workloads.every((workload) =>
              one.workloads.some(
                (own) =>
                  own.name === workload.name && own.kind === workload.kind && own.namespace === workload.namespace,
              ),
            ),
          );
          for (const { policy } of members) {
            expect(policy?.spec.ingress).toEqual(one.policy?.spec.ingress);
            expect(policy?.spec.egress).toEqual(one.policy?.spec.egress);
          }
        }
      }),
      { numRuns: 150 },
    );
    expect(joined).toBeGreaterThan(0);
  });
});

describe('loss', () => {
  it('beyond the limit makes no policy', () => {
    const lost = (lostFlows: number) =>
      run(inventory, edges, { lostFlows, lossLimit: 0.1 }).map(({ refusal }) => refusal);
    expect(lost(1)).toEqual([null, null, null, null]);
    expect(lost(2)[0]).toBe('too many flows were lost: what they carried would be cut off');
    expect(run(inventory, edges, { lostFlows: 1e9 })[0]?.refusal).toBeNull();
  });
});

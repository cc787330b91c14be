import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { edgeOf, external, inventoryOf, unknown, workloadPeer } from '../../test/fixtures.ts';
import { connectionsOf, parsePolicies, passes } from '../../test/judge.ts';
import { type RandomCase, randomCase } from '../../test/random-cluster.ts';
import { cart, front, runFor } from '../../test/run-recommend.ts';
import { sumCoverage } from './coverage.ts';
import { recommend } from './recommend.ts';
import type { Coverage } from './types.ts';

describe('coverage', () => {
  const edges = [
    edgeOf(workloadPeer(front), workloadPeer(cart), 'TCP 7070', { connectionsStarted: 6 }),
    edgeOf(workloadPeer(front), external('203.0.113.7'), 'TCP 443', { connectionsStarted: 0 }),
    edgeOf(workloadPeer(front), external('203.0.113.7'), 'ICMP 2048', { connectionsStarted: 2 }),
    edgeOf(workloadPeer(front), unknown('10.9.9.9'), 'TCP 2', { connectionsStarted: 1 }),
    edgeOf(workloadPeer(front), workloadPeer(cart), 'TCP 22', { connectionsStarted: 40, action: 'deny' }),
  ];
  const coverage = (name: string) => runFor(name, inventoryOf([front, cart]), edges).coverage;

  it('is the share of connections that the rules let through, with what they do not, most first', () => {
    expect(coverage('frontend')).toEqual({
      connections: 10,
      allowed: 7,
      denied: 40,
      share: 0.7,
      uncovered: [
        { sentence: 'ICMP 8/0 to 203.0.113.7', reason: expect.stringContaining('TCP, UDP and SCTP'), connections: 2 },
        { sentence: 'TCP 2 to 10.9.9.9', reason: expect.stringContaining('nothing in the cluster'), connections: 1 },
      ],
    });
    expect(coverage('cart')).toMatchObject({ connections: 6, allowed: 6, share: 1, uncovered: [] });
  });

  it('is nothing where nothing was seen, and none where all was left out', () => {
    expect(runFor('cart', inventoryOf([front, cart]), []).coverage).toMatchObject({ connections: 0, share: null });
    const lone = [edgeOf(workloadPeer(cart), unknown('10.9.9.9'), 'TCP 2')];
    expect(runFor('cart', inventoryOf([cart]), lone).coverage).toMatchObject({ connections: 5, allowed: 0, share: 0 });
  });

  it('adds up over a namespace', () => {
    expect(sumCoverage([coverage('frontend'), coverage('cart')])).toEqual({
      connections: 16,
      allowed: 13,
      denied: 80,
      share: 13 / 16,
    });
    expect(sumCoverage([]).share).toBeNull();
  });
});

/** What the engine says of each workload's own policy. */
function judged({ inventory, edges }: RandomCase, key: string): number {
  const one = recommend({ inventory, edges, fromMs: 0, toMs: 1, lostFlows: 0 }).find((found) => found.key === key);
  if (!one?.policy) return 0;
  const policies = parsePolicies([one.policy]);
  const isOwn = (pod: { namespace: string; name: string } | null) =>
    pod !== null &&
    inventory.pods.some(
      ({ namespace, name, ownerKind, ownerName, hostNetwork }) =>
        !hostNetwork &&
        namespace === pod.namespace &&
        name === pod.name &&
        one.namespace === namespace &&
        one.workloads.some((workload) => workload.kind === ownerKind && workload.name === ownerName),
    );
  const own = edges.filter((edge) => {
    const connections = connectionsOf(inventory, edge);
    return (
      connections?.some(({ src, dst }) => isOwn(src.pod) || isOwn(dst.pod)) && passes(inventory, policies, connections)
    );
  });
  return own.reduce((sum, { connectionsStarted }) => sum + Math.max(1, connectionsStarted), 0);
}

it('coverage is what the engine says of the policy', () => {
  const law = (change: (coverage: Coverage) => number) =>
    fc.property(randomCase, (example) => {
      for (const { key, coverage, policy } of recommend({ ...example, fromMs: 0, toMs: 1, lostFlows: 0 }))
        if (policy !== null) expect(change(coverage)).toBe(judged(example, key));
    });
  fc.assert(
    law(({ allowed }) => allowed),
    { numRuns: 150 },
  );
  expect(
    fc.check(
      law(({ connections }) => connections),
      { numRuns: 150 },
    ).failed,
  ).toBe(true);
});

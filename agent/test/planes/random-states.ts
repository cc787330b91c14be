import type { AddressRange, Clause, PolicySetTable } from '@margay/policy';
import fc from 'fast-check';
import { endpointKey, type PlaneEndpoint, type PlaneState } from '../../src/dataplane/plane-state.ts';

/** States in which nothing dangles; few names, so that two of them share much. Ids stand for content, as the classifier's do. */
export const arbitraryPlaneState: fc.Arbitrary<PlaneState> = fc
  .record({
    sets: fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 4 }), { minLength: 1, maxLength: 4 }),
    uses: fc.array(fc.nat(9), { maxLength: 4 }),
    endpoints: fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { maxLength: 4 }),
    picks: fc.array(fc.nat(9), { minLength: 12, maxLength: 12 }),
  })
  .map(({ sets, uses, endpoints, picks }) => {
    const addressSets = new Map(
      sets.map((hosts, index) => [`s${index}`, hosts.toSorted((a, b) => a - b).map((host) => addressOf(host * 2))]),
    );
    const policySets = new Map(
      uses.map((use) => policySet(`s${use % sets.length}`)).map((set) => [set.id, set] as const),
    );
    const ids = [...policySets.keys()];
    const pick = (index: number) => ids[(picks[index] ?? 0) % ids.length];
    const held: PlaneEndpoint[] = endpoints.flatMap((host) => {
      const [egress, ingress] = [pick(host), pick(host + 6)];
      if (egress === undefined || ingress === undefined) return [];
      const address = addressOf(100 + host);
      return [{ namespace: 'n', name: `p${host}`, hostInterface: `veth${host}`, address, egress, ingress }];
    });
    return { addressSets, policySets, endpoints: new Map(held.map((one) => [endpointKey(one), one])) };
  });

function addressOf(host: number): AddressRange {
  const value = 0x0a_00_00_00n + BigInt(host);
  return { family: 4, first: value, last: value };
}

function policySet(peers: string): PolicySetTable {
  const hit = {
    tier: 'default',
    kind: 'NetworkPolicy',
    namespace: 'n',
    name: peers,
    rule: 0,
    action: 'allow',
  } as const;
  const clause: Clause = {
    peers,
    family: null,
    protocols: [{ first: 6, last: 6 }],
    destinationPorts: null,
    sourcePorts: null,
    icmp: null,
    action: 'allow',
    hit,
  };
  const end = { action: 'deny', hit: { ...hit, rule: -1, action: 'deny' } } as const;
  const tiers = [{ name: 'default', clauses: [clause], end }];
  return { id: `p-${peers}`, direction: 'ingress', tiers, closing: { action: 'deny', hit: null } };
}

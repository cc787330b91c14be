import { hash64 } from '@margay/model';
import type { AddressRange, Clause, NumberRange, PolicySetTable, TierTable, TraceEntry } from '@margay/policy';
import fc from 'fast-check';
import { endpointKey, type PlaneEndpoint, type PlaneState } from '../../src/dataplane/plane-state.ts';

/** Compared with what was parsed, whose objects have a prototype. */
const PLAIN = { noNullPrototype: true };

const settings = fc.record(
  {
    onDeny: fc.constantFrom('drop' as const, 'reject' as const),
    established: fc.constantFrom('keep' as const, 'cut' as const),
  },
  PLAIN,
);

/** States in which nothing dangles; few names, so that two of them share much. Ids stand for content, as the classifier's do. */
export const arbitraryPlaneState: fc.Arbitrary<PlaneState> = fc
  .record({
    settings,
    sets: fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 4 }), { minLength: 1, maxLength: 4 }),
    policies: fc.array(policySet(), { maxLength: 4 }),
    endpoints: fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { maxLength: 4 }),
    picks: fc.array(fc.nat(9), { minLength: 24, maxLength: 24 }),
  })
  .map(({ settings, sets, policies, endpoints, picks }) => {
    const addressSets = new Map(sets.map((hosts, index) => [`s${index}`, rangesOf(hosts)]));
    const made = policies.map((policy, place) =>
      withId(policy(place % 2 === 0 ? 'egress' : 'ingress', (peers) => `s${peers % sets.length}`)),
    );
    const policySets = new Map(made.map((set) => [set.id, set] as const));
    const idsOf = (direction: Direction) => made.filter((set) => set.direction === direction).map(({ id }) => id);
    const ids = { egress: idsOf('egress'), ingress: idsOf('ingress') };
    const pick = (from: readonly string[], place: number) => from[(picks[place] ?? 0) % from.length];
    const held: PlaneEndpoint[] = endpoints.flatMap((host) => {
      const [egress, ingress] = [pick(ids.egress, host), pick(ids.ingress, host + 6)];
      if (egress === undefined || ingress === undefined) return [];
      const address = hostOf(((picks[host + 12] ?? 0) % 3 === 0 ? 6 : 4) as 4 | 6, 100 + host);
      const name = `p${host}-${(picks[host + 17] ?? 0) % 2}`;
      return [{ namespace: 'n', name, hostInterface: `veth${host}`, address, egress, ingress }];
    });
    const byKey = new Map(held.map((one) => [endpointKey(one), one]));
    return { settings, foreign: false, addressSets, policySets, endpoints: byKey };
  });

/** What a plane may be found in: any of those, and things that nobody has words for. */
export const arbitraryFoundState: fc.Arbitrary<PlaneState> = fc
  .tuple(arbitraryPlaneState, fc.boolean())
  .map(([state, foreign]) => ({ ...state, foreign }));

const FIRST = { 4: 0x0a_00_00_00n, 6: 0x20_01_0d_b8n << 96n } as const;

function hostOf(family: 4 | 6, host: number): AddressRange {
  const value = FIRST[family] + BigInt(host);
  return { family, first: value, last: value };
}

/** Single addresses, ranges and blocks; the ninth host stands for everything above. */
function rangesOf(hosts: readonly number[]): AddressRange[] {
  const sorted = hosts.toSorted((a, b) => a - b);
  return ([4, 6] as const).flatMap((family) =>
    sorted
      .filter((host) => family === 4 || host % 3 === 0)
      .map((host) => {
        const { first } = hostOf(family, host * 16);
        const last = host === 9 ? 2n ** BigInt(family === 4 ? 32 : 128) - 1n : first + BigInt(host % 4) * 5n;
        return { family, first, last };
      }),
  );
}

type Named = (place: number) => string;

type Direction = PolicySetTable['direction'];

function policySet(): fc.Arbitrary<(direction: Direction, peers: Named) => Omit<PolicySetTable, 'id'>> {
  return fc
    .record({
      tiers: fc.array(fc.tuple(fc.array(clause(), { minLength: 1, maxLength: 4 }), fc.boolean()), {
        minLength: 1,
        maxLength: 3,
      }),
      closing: fc.constantFrom<PolicySetTable['closing']>(
        { action: 'deny', hit: null },
        { action: 'allow', hit: hitOf('__PROFILE__', 0, 'allow') },
      ),
    })
    .map(({ tiers, closing }) => (direction, peers) => ({
      direction,
      tiers: tiers.map(([clauses, passes], place): TierTable => {
        const tier = `t${place}`;
        const action = passes ? 'pass' : 'deny';
        return {
          name: tier,
          clauses: clauses.map((make, rule) => make(tier, rule, peers)),
          end: { action, hit: hitOf(tier, -1, action) },
        };
      }),
      closing,
    }));
}

const withId = (body: Omit<PolicySetTable, 'id'>): PolicySetTable => ({ id: hash64(JSON.stringify(body)), ...body });

function hitOf(tier: string, rule: number, action: TraceEntry['action']): TraceEntry {
  return { tier, kind: 'NetworkPolicy', namespace: 'n', name: 'p', rule, action };
}

function numbers(max: number): fc.Arbitrary<NumberRange[]> {
  const places = fc.uniqueArray(fc.integer({ min: 0, max: max / 4 - 1 }), { minLength: 1, maxLength: 4 });
  return places.map((list) =>
    list.toSorted((a, b) => a - b).map((place) => ({ first: place * 4, last: place * 4 + (place % 3) })),
  );
}

function condition() {
  return fc.option(fc.record({ ranges: numbers(65_536), orNone: fc.boolean() }, PLAIN));
}

/** The first clause of a tier has a peer. */
function clause(): fc.Arbitrary<(tier: string, rule: number, peers: Named) => Clause> {
  return fc
    .record({
      peers: fc.option(fc.nat(9)),
      family: fc.constantFrom(null, null, 4 as const, 6 as const),
      protocols: fc.option(fc.oneof(fc.constantFrom([{ first: 6, last: 6 }], [{ first: 0, last: 5 }]), numbers(256))),
      destinationPorts: condition(),
      sourcePorts: condition(),
      icmp: condition(),
      action: fc.constantFrom('allow' as const, 'deny' as const, 'pass' as const),
    })
    .map(({ peers, action, ...conditions }) => (tier, rule, named) => ({
      ...conditions,
      peers: rule === 0 || peers !== null ? named(peers ?? 0) : null,
      action,
      hit: hitOf(tier, rule, action),
    }));
}

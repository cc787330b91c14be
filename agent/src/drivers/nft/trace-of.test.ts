import { type Clause, type PolicySetTable, type TraceEntry, type WirePacket, walkTables } from '@margay/policy';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryPlaneState } from '../../../test/planes/random-states.ts';
import type { PlaneState } from '../../dataplane/plane-state.ts';
import { compileSet, PATHS_MAX } from './compile-set.ts';
import { divideClause } from './divide-clause.ts';
import { hitPrefix } from './names.ts';
import { traceOf } from './trace-of.ts';

const seed = Math.floor(Math.random() * 2 ** 31);

const packet = fc
  .record({
    protocol: fc.constantFrom(0, 1, 2, 6, 6, 17, 47, 58, 132, 136, 255),
    host: fc.constantFrom(16n, 32n, 37n, 48n, 144n),
    number: fc.constantFrom(0, 4, 5, 40, 2048, 65_533),
    other: fc.constantFrom(0, 1, 9, 400, 65_535),
  })
  .map(({ protocol, host, number, other }) => {
    const hasPorts = [6, 17, 132, 136].includes(protocol);
    const peer = { family: 4 as const, first: 0x0a_00_00_00n + host, last: 0x0a_00_00_00n + host };
    const icmp = protocol === 1 || protocol === 58 ? { type: number >> 8, code: number & 255 } : null;
    return { peer, protocol, srcPort: hasPorts ? number : null, dstPort: hasPorts ? other : null, icmp };
  });
type Judged = Omit<WirePacket, 'src' | 'dst'> & { readonly peer: WirePacket['src'] };

/** As the rules do: numbers are read where ports would be, whatever the protocol. */
function matches({ addressSets }: PlaneState, clause: Clause, { peer, protocol, srcPort, dstPort, icmp }: Judged) {
  const isIn = (ranges: readonly { first: number; last: number }[] | null, value: number) =>
    ranges === null || ranges.some(({ first, last }) => first <= value && value <= last);
  if (clause.family === 6) return false;
  const peers = clause.peers === null ? null : (addressSets.get(clause.peers) ?? []);
  if (peers?.every(({ family, first, last }) => family === 6 || peer.first < first || last < peer.first)) return false;
  const first = srcPort ?? (icmp === null ? 0 : (icmp.type << 8) | icmp.code);
  return divideClause(clause).some(
    (one) =>
      isIn(one.protocols, protocol) &&
      isIn(one.destinationPorts, dstPort ?? 0) &&
      isIn(one.sourcePorts, first) &&
      isIn(one.icmp, first),
  );
}

function prefixOf(state: PlaneState, set: PolicySetTable, judged: Judged): string {
  const { nodes } = compileSet(set);
  for (let node = 0; ; ) {
    const { rules, end } = nodes[node] ?? expect.fail('no such node');
    const target = rules.find(({ clause }) => matches(state, clause, judged))?.target ?? end;
    if (target.kind === 'hit') return hitPrefix(set.id, target.place);
    node = target.place;
  }
}

describe(`traceOf (seed ${seed})`, () => {
  it('tells of every hit the verdict and whole trace that the tables give', () => {
    const [some, many] = [arbitraryPlaneState, fc.array(packet, { minLength: 20, maxLength: 20 })];
    fc.assert(
      fc.property(some, many, (state, packets) => {
        for (const set of state.policySets.values())
          for (const { peer, ...header } of packets) {
            const prefix = prefixOf(state, set, { peer, ...header });
            expect(new TextEncoder().encode(prefix).length).toBeLessThanOrEqual(64);
            const own = { family: 4 as const, first: 1n, last: 1n };
            const endpoint = { namespace: 'n', name: 'p', address: own, egress: set.id, ingress: set.id };
            const [src, dst] = set.direction === 'egress' ? [own, peer] : [peer, own];
            const walked = walkTables({ ...state, endpoints: [endpoint] }, { ...header, src, dst }, set.direction);
            const { verdict, entries, complete, direction } = traceOf(prefix, state) ?? expect.fail('no such hit');
            expect({ verdict, entries }).toEqual(walked);
            expect([complete, direction]).toEqual([true, set.direction]);
          }
      }),
      { seed },
    );
  });

  it('knows no prefix that is not of the state', () => {
    const state = { policySets: new Map() };
    for (const prefix of ['', 'margay.0123456789abcdef.0', 'margay.0123456789abcdef.-1', 'other.0123456789abcdef.0 '])
      expect(traceOf(prefix, state)).toBeNull();
  });

  it('keeps what decides, and says so, where there are too many ways through the tiers to tell them all', () => {
    const hit = (tier: string, rule: number, action: TraceEntry['action']): TraceEntry => ({
      tier,
      kind: 'GlobalNetworkPolicy',
      namespace: '',
      name: 'p',
      rule,
      action,
    });
    const none = { family: null, protocols: null, destinationPorts: null, sourcePorts: null, icmp: null };
    const passes = (tier: string) =>
      Array.from({ length: PATHS_MAX - 1 }, (_, rule): Clause => {
        return { ...none, peers: `s${rule}`, action: 'pass', hit: hit(tier, rule, 'pass') };
      });
    const tier = (name: string) => ({
      name,
      clauses: passes(name),
      end: { action: 'pass', hit: hit(name, -1, 'pass') } as const,
    });
    const set: PolicySetTable = {
      id: '0123456789abcdef',
      direction: 'ingress',
      tiers: [tier('a'), tier('b'), tier('c')],
      closing: { action: 'deny', hit: null },
    };
    const { nodes, hits } = compileSet(set);
    expect([nodes.length, hits.length]).toEqual([1 + 2 * PATHS_MAX, PATHS_MAX]);
    const told = traceOf(hitPrefix(set.id, 3), { policySets: new Map([[set.id, set]]) });
    expect(told).toEqual({ verdict: 'deny', entries: [hit('a', 3, 'pass')], complete: false, direction: 'ingress' });
  });
});

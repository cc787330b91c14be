import { type MergedEdge, type Peer, peerId } from '@margay/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../src/address/address.ts';
import { type AddressRange, containsRange, parseNet, rangeOfAddress } from '../src/address/address-range.ts';
import { lonePodEnd, podEnd, rangesEnd } from '../src/engine/ends.ts';
import { evaluate } from '../src/engine/evaluate.ts';
import type { ClusterModel, Pod } from '../src/model/cluster.ts';
import type { End, Packet } from '../src/model/packet.ts';
import { parseManifests } from '../src/parse/parse-manifests.ts';
import { createEvaluateJudge } from '../src/replay/judge.ts';
import { parseCandidate } from '../src/replay/parse-candidate.ts';
import { replay, replayWith } from '../src/replay/replay.ts';
import type { Outcome, ReplayView } from '../src/replay/types.ts';
import { pairViews } from '../src/replay/views.ts';
import { OUTSIDE } from './connectivity-judge.ts';
import { randomManifests } from './random-manifests.ts';
import type { Manifest } from './random-parts.ts';

const SETTINGS = { mode: 'strict', assumeMissing: true } as const;
const CIDRS = ['10.0.0.0/8', '192.0.2.0/24', '10.9.0.0/24', '2001:db8::/64', '0.0.0.0/0'] as const;
/** Of every part that blocks in random manifests divide the space into, one address or more. */
const ADDRESSES = [
  ...OUTSIDE,
  ...['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '192.0.2.8', '192.0.2.10', '2001:db8::1', '2001:db8::2'].flatMap(
    (text) => {
      const address = parseAddress(text);
      return address === null ? [] : [rangeOfAddress(address)];
    },
  ),
];
const PORTS = [1, 53, 54, 80, 81, 8000, 8080, 9000, 9001, 65_535];
const SOURCE_PORTS = [1, 53, 54, 80, 81, 8000, 8080, 8081, 9001, 40_000];
const HEADERS = [
  ...[6, 17, 132].flatMap((protocol) => [0, 53, 80, 8080].map((port) => ({ protocol, port }))),
  { protocol: 1, port: 8 << 8 },
  { protocol: 1, port: (8 << 8) | 1 },
  { protocol: 58, port: 128 << 8 },
  { protocol: 47, port: 0 },
];

interface Seen {
  readonly peer: Peer;
  /** As a view's cluster sees them. */
  readonly ends: (cluster: ClusterModel) => readonly End[];
}

/** Peers that a cluster may have been seen to have, with every end that each may have been. */
function peersOf(cluster: ClusterModel): Seen[] {
  const podRanges = cluster.pods.filter(({ isGoverned }) => isGoverned).flatMap(({ ranges }) => ranges);
  const workloads = cluster.workloads
    .filter(({ pods }) => pods.every(({ isGoverned }) => isGoverned))
    .map(({ pods }) => ({
      peer: workloadPeer(cluster, pods[0] as Pod),
      ends: (view: ClusterModel) =>
        pods.flatMap((pod) => {
          // Of a workload without pods: wherever pods are.
          const ranges = pod.ranges.length > 0 ? pod.ranges : podRanges;
          return ranges.length === 0 ? [podEnd(view, pod)] : ranges.map((range) => podEnd(view, pod, [range]));
        }),
    }));
  const outside = (peer: Peer, ranges: readonly AddressRange[]): Seen => {
    return { peer, ends: (view) => ranges.map((range) => rangesEnd(view, [range])) };
  };
  const within = (block: string) => {
    const outer = parseNet(block);
    return ADDRESSES.filter((address) => outer !== null && containsRange(outer, address));
  };
  const externals = ['192.0.2.9', '10.9.0.1', '2001:db8::ff', '11.0.0.0'].map((address) => {
    return outside({ kind: 'external', address }, within(address));
  });
  const buckets = CIDRS.map((cidr) => outside({ kind: 'cidr', cidr }, within(cidr)));
  const nodes = cluster.nodes.map(({ name, addresses }) => outside({ kind: 'node', name }, addresses));
  return [...workloads, ...externals, ...buckets, ...nodes];
}

function workloadPeer(cluster: ClusterModel, pod: Pod): Peer {
  const names = { 6: 'TCP', 17: 'UDP', 132: 'SCTP' } as const;
  return {
    kind: 'workload',
    namespace: pod.namespace,
    ownerKind: pod.workload.kind,
    name: pod.workload.name,
    labels: Object.fromEntries(pod.ownLabels),
    namespaceLabels: Object.fromEntries(cluster.namespaces.get(pod.namespace)?.labels ?? []),
    serviceAccount: pod.serviceAccount,
    ports: pod.ports.map(({ name, protocol, port }) => ({ name, protocol: names[protocol as 6], port })),
  };
}

const edgeOf = (src: Peer, dst: Peer, header: { protocol: number; port: number }, place: number): MergedEdge => ({
  ...header,
  srcId: peerId(src),
  src,
  dstId: peerId(dst),
  dst,
  service: null,
  action: 'allow',
  evidence: 'kernel',
  seenAt: { src: true, dst: true },
  flows: 1,
  bytesForward: 10,
  packetsForward: 1,
  bytesReverse: 1,
  packetsReverse: 1,
  connectionsStarted: place % 3,
  connectionsCompleted: 0,
  firstSeenMs: 1000 - place,
  lastSeenMs: 2000 + place,
});

/** What evaluate says of every packet that an edge may have been. */
function outcomesOf(edge: MergedEdge, src: Seen, dst: Seen, views: readonly ReplayView[]) {
  const verdicts = views.map(({ cluster, tiers }) => {
    const set = { policies: [], enforced: tiers, pending: tiers };
    return packetsOf(edge, src.ends(cluster), dst.ends(cluster)).map(
      (packet) => evaluate(cluster, set, packet).verdict,
    );
  });
  const [was = [], is = []] = verdicts;
  return new Set(was.map((verdict, place) => outcomeOf(verdict, is[place])));
}

const outcomeOf = (was: 'allow' | 'deny', is: 'allow' | 'deny' | undefined): Outcome =>
  was === is ? 'unchanged' : was === 'allow' ? 'newly-denied' : 'newly-allowed';

function packetsOf(edge: MergedEdge, srcs: readonly End[], dsts: readonly End[]): Packet[] {
  const familyOf = ({ ranges }: End) => ranges[0]?.family;
  const pairs = srcs.flatMap((src) => dsts.map((dst) => ({ src, dst })));
  const meeting = pairs.filter(({ src, dst }) => {
    const [a, b] = [familyOf(src), familyOf(dst)];
    return a === undefined || b === undefined || a === b;
  });
  return (meeting.length > 0 ? meeting : pairs).flatMap(({ src, dst }) => {
    const family = meeting.length > 0 ? (familyOf(src) ?? familyOf(dst) ?? 4) : null;
    return headersOf(edge).map((header) => ({ ...header, src, dst, family }));
  });
}

function headersOf({ protocol, port }: MergedEdge): Omit<Packet, 'src' | 'dst' | 'family'>[] {
  if (protocol === 1 || protocol === 58)
    return [{ protocol, srcPort: null, dstPort: null, icmp: { type: port >> 8, code: port & 255 } }];
  if (![6, 17, 132].includes(protocol)) return [{ protocol, srcPort: null, dstPort: null, icmp: null }];
  return (port === 0 ? PORTS : [port]).flatMap((dstPort) =>
    SOURCE_PORTS.map((srcPort) => ({ protocol, srcPort, dstPort, icmp: null })),
  );
}

const isCandidate = ({ kind }: Manifest) => /(Policy|NetworkSet)$/.test(String(kind));
const inFile = (file: string, objects: readonly Manifest[]) => [{ file, text: JSON.stringify(objects) }];

/** A cluster, a candidate made of another one's policies and network sets, and edges by number. */
const cases = fc.record({
  current: randomManifests(),
  other: randomManifests(),
  whole: fc.boolean(),
  draws: fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { minLength: 6, maxLength: 12 }),
});

function setUp(current: readonly Manifest[], other: readonly Manifest[], whole: boolean) {
  const files = inFile('current.json', current);
  const { cluster, policies } = parseManifests(files, SETTINGS);
  const candidate = inFile('candidate.json', other.filter(isCandidate));
  const { view, problems } = parseCandidate(files, candidate, { ...SETTINGS, whole, cluster });
  return { before: { cluster, tiers: policies.enforced }, after: view, problems };
}

describe('replay', () => {
  it('is what evaluate says of every packet that an edge may have been', () => {
    fc.assert(
      fc.property(cases, ({ current, other, whole, draws }) => {
        const { before, after } = setUp(current, other, whole);
        const peers = peersOf(before.cluster);
        const at = (place: number) => peers[place % peers.length] as (typeof peers)[number];
        const asked = draws.map(([a, b, c], place) => {
          const [src, dst] = [at(a), at(b)];
          const edge = edgeOf(
            src.peer,
            dst.peer,
            HEADERS[c % HEADERS.length] as { protocol: number; port: number },
            place,
          );
          return { edge, expected: outcomesOf(edge, src, dst, [before, after]) };
        });
        const { edges } = replay({ before, after, edges: asked.map(({ edge }) => edge), unchanged: true });
        for (const { edge, expected } of asked) {
          const found = edges.find((one) => one.edge === edge);
          const wanted = expected.size > 1 ? 'undecided' : [...expected][0];
          expect([edge.src, edge.dst, edge.protocol, edge.port, found?.outcome]).toEqual([
            edge.src,
            edge.dst,
            edge.protocol,
            edge.port,
            wanted,
          ]);
          if (found === undefined) continue;
          expect(new Set(found.cases.map(({ outcome }) => outcome))).toEqual(expected.size > 1 ? expected : new Set());
          const { before: was, after: is } = found.explain();
          expect(expected.has(outcomeOf(was.verdict, is.verdict))).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('is sure about a stranger only where it comes to the same whoever it was', () => {
    const address = rangeOfAddress({ family: 4, value: (10n << 24n) | 99n });
    const unknown: Peer = { kind: 'unknown', address: '10.0.0.99' };
    const service: Peer = { kind: 'service', namespace: 'a', name: 'gone' };
    fc.assert(
      fc.property(cases, ({ current, other, whole }) => {
        const { before, after } = setUp(current, other, whole);
        const known = peersOf(before.cluster).filter(({ peer }) => peer.kind === 'workload');
        const views = [before, after];
        const whoever = ({ cluster }: ReplayView, ranges: readonly AddressRange[]) => [
          rangesEnd(cluster, ranges),
          ...before.cluster.pods.map((pod) => lonePodEnd(cluster, pod, ranges)),
        ];
        const asked = known.flatMap((seen) =>
          HEADERS.slice(0, 6).flatMap((header, place) => [
            { seen, header, edge: edgeOf(unknown, seen.peer, header, place), direction: 'ingress' as const },
            { seen, header, edge: edgeOf(seen.peer, service, header, place), direction: 'egress' as const },
          ]),
        );
        const { edges } = replay({ before, after, edges: asked.map(({ edge }) => edge), unchanged: true });
        for (const { seen, edge, direction } of asked) {
          const outcome = edges.find((one) => one.edge === edge)?.outcome;
          if (outcome === 'undecided') continue;
          const verdicts = views.map((view) => {
            const set = { policies: [], enforced: view.tiers, pending: view.tiers };
            const strangers = whoever(view, direction === 'ingress' ? [address] : []);
            const ends = seen.ends(view.cluster);
            const [srcs, dsts] = direction === 'ingress' ? [strangers, ends] : [ends, strangers];
            const anyPort = direction === 'egress' ? PORTS.map((port) => ({ ...edge, port })) : [edge];
            const packets = anyPort.flatMap((one) => packetsOf(one, srcs, dsts));
            return packets.map((packet) => evaluate(view.cluster, set, packet)[direction]?.enforced.verdict ?? 'allow');
          });
          const [was = [], is = []] = verdicts;
          const found = new Set(was.map((verdict, place) => outcomeOf(verdict, is[place])));
          expect([edge, [...found]]).toEqual([edge, [outcome]]);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('does not depend on the order of edges, and adds all of them up', () => {
    fc.assert(
      fc.property(cases, ({ current, other, whole, draws }) => {
        const { before, after } = setUp(current, other, whole);
        const peers = peersOf(before.cluster).map(({ peer }) => peer);
        const edges = draws.map(([a, b, c], place) => {
          const header = HEADERS[c % HEADERS.length] as { protocol: number; port: number };
          return edgeOf(peers[a % peers.length] as Peer, peers[b % peers.length] as Peer, header, place);
        });
        const plain = ({ edges: list, sums }: ReturnType<typeof replay>) => ({
          sums,
          list: list.map(({ edge, outcome, why, cases: all }) => ({ edge, outcome, why, all })),
        });
        const found = plain(replay({ before, after, edges }));
        expect(plain(replay({ before, after, edges: [...edges].reverse() }))).toEqual(found);
        const views = pairViews(before, after);
        expect(plain(replayWith(createEvaluateJudge(views), views, { edges, unchanged: false }))).toEqual(found);
        const all = Object.values(found.sums);
        expect(all.reduce((sum, one) => sum + one.edges, 0)).toBe(edges.length);
        expect(all.reduce((sum, one) => sum + one.bytes, 0)).toBe(edges.length * 11);
        expect(Math.max(...all.map((one) => one.lastSeenMs ?? 0))).toBe(2000 + edges.length - 1);
      }),
      { numRuns: 60 },
    );
  });

  it('changes nothing where the candidate says what is said', () => {
    fc.assert(
      fc.property(randomManifests(), fc.boolean(), (current, whole) => {
        const said = current.filter(({ kind }) => !String(kind).startsWith('Staged'));
        const { before, after, problems } = setUp(current, said, whole);
        expect(problems.filter(({ severity }) => severity !== 'warning')).toEqual([]);
        const peers = peersOf(before.cluster).map(({ peer }) => peer);
        const edges = peers.flatMap((src) =>
          peers.flatMap((dst) => HEADERS.slice(0, 6).map((header, place) => edgeOf(src, dst, header, place))),
        );
        expect(replay({ before, after, edges }).edges).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});

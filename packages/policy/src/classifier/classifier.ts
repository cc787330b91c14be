import { podEnd } from '../engine/ends.ts';
import type { GoverningTier } from '../engine/governing.ts';
import type { ClusterModel, Pod } from '../model/cluster.ts';
import type { Evaluation, Trace } from '../model/evaluation.ts';
import type { End } from '../model/packet.ts';
import type { Direction } from '../model/policy.ts';
import { createAddressBook } from './address-book.ts';
import { createAtomBook, type PlacedEnd } from './atom-book.ts';
import { createBlockBook } from './clause.ts';
import { setAllows, traceSet } from './decide-set.ts';
import type { Header } from './header-rows.ts';
import { makeTables, type TabledEndpoint } from './make-tables.ts';
import { createPortClasses } from './port-classes.ts';
import { type CompiledSet, createSetBook } from './set-book.ts';
import type { DataPlaneTables } from './tables.ts';
import { createVerdictCache, type VerdictCache } from './verdict-cache.ts';

/** Policies in the order of evaluation, asked by pod. */
export interface PolicyView {
  readonly governing: (pod: Pod) => Readonly<Record<Direction, readonly GoverningTier[]>>;
}

/** An end that is resolved: ask about it as often as you like. */
export interface ClassifiedEnd {
  readonly end: End;
  readonly placed: PlacedEnd;
  /** By view; empty where policies do not govern the end. Equal views of an end have the same object. */
  readonly egress: readonly CompiledSet[];
  readonly ingress: readonly CompiledSet[];
}
export interface ClassifiedPacket extends Header {
  readonly src: ClassifiedEnd;
  readonly dst: ClassifiedEnd;
}

/**
 * What `evaluate` says, at a cost that does not grow with the number of policies: each rule is a bit; who the other end is and what the header says each
 * leave some bits, and the first that both leave decides (bit-vector packet classification, Lakshman and Stiliadis 1998).
 */
export interface Classifier {
  /** Costs some microseconds; keep what it gives. */
  readonly resolve: (end: End) => ClassifiedEnd;
  /** The same end under what governs it now; itself where that has not changed. */
  readonly regovern: (end: ClassifiedEnd) => ClassifiedEnd;
  /** Whether both ends let the packet through in a view, the first unless said otherwise. */
  readonly allows: (packet: ClassifiedPacket, view?: number) => boolean;
  /** What one end says, with what ended each tier; null where policies do not govern it. */
  readonly trace: (packet: ClassifiedPacket, direction: Direction, view?: number) => Trace | null;
  /** As the function of that name, the first view as enforced and the last as pending. */
  readonly evaluate: (packet: ClassifiedPacket) => Evaluation;
  /** What a data plane programs for these pods, as a view has it; pods that policies do not govern are passed over. */
  readonly tables: (pods: Iterable<Pod>, view?: number) => DataPlaneTables;
  /** Has a pod looked at anew: what is at its addresses, or what a Service means there, has changed. */
  readonly forget: (pod: Pod) => void;
}

export interface ClassifierOptions {
  /** How many verdicts are remembered by class of packet: a power of two, or 0, which is quicker where hardly a question comes twice. */
  readonly remembered?: number;
}
const REMEMBERED = 2 ** 15;

/** `views`: what is compared, such as enforced and pending, or current and candidate. Work that they share is done once. */
export function createClassifier(
  cluster: ClusterModel,
  views: readonly PolicyView[],
  { remembered = REMEMBERED }: ClassifierOptions = {},
): Classifier {
  const atoms = createAtomBook(cluster);
  const ports = { source: createPortClasses(), destination: createPortClasses() };
  const sets = createSetBook(createBlockBook(cluster, atoms), ports);
  const find: VerdictCache['allows'] = (set, { atom }, header) => setAllows(set, atom, header);
  const ask = remembered === 0 ? find : createVerdictCache(remembered, ports, find).allows;
  const placedPods = new WeakMap<Pod, readonly PlacedEnd[]>();
  /** At each of its addresses. */
  const placesOf = (pod: Pod): readonly PlacedEnd[] => {
    const known = placedPods.get(pod) ?? pod.ranges.map((range) => atoms.place(podEnd(cluster, pod, [range])));
    placedPods.set(pod, known);
    for (const placed of known) atoms.catchUp(placed);
    return known;
  };
  const setsOf = (end: End, direction: Direction) => {
    const { pod } = end;
    return pod === null ? [] : views.map((view) => sets.setOf(pod, end, view.governing(pod)[direction], direction));
  };

  const current = ({ placed }: ClassifiedEnd) => {
    if (placed.seen !== atoms.conditions.length) atoms.catchUp(placed);
    return placed;
  };
  const allows: Classifier['allows'] = (packet, view = 0) => {
    const egress = packet.src.egress[view];
    if (egress !== undefined && !ask(egress, current(packet.dst), packet)) return false;
    const ingress = packet.dst.ingress[view];
    return ingress === undefined || ask(ingress, current(packet.src), packet);
  };
  const trace: Classifier['trace'] = (packet, direction, view = 0) => {
    const [own, peer] = direction === 'egress' ? [packet.src, packet.dst] : [packet.dst, packet.src];
    const set = own[direction][view];
    return set === undefined ? null : traceSet(set, current(peer).atom, packet);
  };
  const tables: Classifier['tables'] = (pods, view = 0) => {
    const tabled = [...pods].flatMap((pod) =>
      (pod.isGoverned ? placesOf(pod) : []).flatMap(({ end }): TabledEndpoint[] => {
        const [egress, ingress] = [setsOf(end, 'egress')[view], setsOf(end, 'ingress')[view]];
        const [address] = end.ranges;
        if (egress === undefined || ingress === undefined || address === undefined) return [];
        return [{ namespace: pod.namespace, name: pod.name, address, egress, ingress }];
      }),
    );
    return makeTables(tabled, createAddressBook(cluster, { ...atoms, placesOf }));
  };
  return {
    allows,
    trace,
    tables,
    forget: (pod) => placedPods.delete(pod),
    resolve: (end) => ({
      end,
      placed: atoms.place(end),
      egress: setsOf(end, 'egress'),
      ingress: setsOf(end, 'ingress'),
    }),
    regovern: (known) => {
      const [egress, ingress] = [setsOf(known.end, 'egress'), setsOf(known.end, 'ingress')];
      const isSame = (a: readonly CompiledSet[], b: readonly CompiledSet[]) =>
        a.every((set, place) => set === b[place]);
      return isSame(egress, known.egress) && isSame(ingress, known.ingress) ? known : { ...known, egress, ingress };
    },
    evaluate: (packet) => evaluateWith(trace, packet, views.length - 1),
  };
}

function evaluateWith(trace: Classifier['trace'], packet: ClassifiedPacket, last: number): Evaluation {
  const ends = (['egress', 'ingress'] as const).map((direction) => {
    const enforced = trace(packet, direction, 0);
    if (enforced === null) return null;
    return { direction, enforced, pending: last === 0 ? enforced : (trace(packet, direction, last) ?? enforced) };
  });
  const allows = (scope: 'enforced' | 'pending') => ends.every((end) => end?.[scope].verdict !== 'deny');
  return {
    verdict: allows('enforced') ? 'allow' : 'deny',
    pendingVerdict: allows('pending') ? 'allow' : 'deny',
    egress: ends[0] ?? null,
    ingress: ends[1] ?? null,
  };
}

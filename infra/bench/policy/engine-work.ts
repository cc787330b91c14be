import {
  addressEnd,
  type Classifier,
  createClassifier,
  type End,
  evaluate,
  type Manifests,
  type Packet,
  podEnd,
  viewOf,
} from '@margay/policy';
import { createRandom } from '../../seed/manifests/random.ts';
import { median } from '../result.ts';
import { asLive, crowdedNamespace, inputOf, largeCluster } from './engine-world.ts';

const SIZES = [10, 1000, 10_000] as const;
const PACKETS = 4096;
const TURN_MS = 250;
const WARM_MS = 3000;
const PODS = 16_000;
const POLICIES = 1000;
const UPDATES = 200;

/** One number of this process's work, by the name of its result. */
export type EngineFigures = Record<string, number>;

/** Runs in a process of its own, so that its peak of memory is its own; prints {@link EngineFigures} as JSON. */
function main(rounds: number): void {
  const figures: EngineFigures = {};
  const questions = SIZES.map((size) => ({ size, ...questionsOf(crowdedNamespace(size)) }));
  for (const kind of ['evaluate', 'classifier', 'anew'] as const) {
    const rates = new Map(SIZES.map((size) => [size, [] as number[]]));
    for (const question of questions) warm(question[kind]);
    for (let round = 0; round < rounds; round++)
      for (const question of questions) rates.get(question.size)?.push(rateOf(question[kind]));
    for (const size of SIZES)
      figures[kind === 'anew' ? `classifier-${size}-anew` : `${kind}-${size}`] = median(rates.get(size) ?? []);
  }
  const large = largeCluster(PODS, POLICIES);
  figures['compile-16k-pods'] = median(Array.from({ length: rounds }, () => compileSeconds(large)));
  figures['update-one-pod'] = updateMs(large);
  console.log(JSON.stringify(figures));
}

/** Packets between random pods, some from outside, on ports that rules name and others. */
function questionsOf({ cluster, policies }: Manifests) {
  const random = createRandom(3);
  const ends: End[] = cluster.pods.map((pod) => podEnd(cluster, pod));
  for (let place = 0; place < 40; place++) {
    const end = addressEnd(cluster, `10.${random.below(250)}.${random.below(250)}.9`);
    if (end !== null) ends.push(end);
  }
  const headers = Array.from({ length: PACKETS }, () => ({
    ...({ family: 4, protocol: 6, srcPort: 40_000, dstPort: 1 + random.below(1000), icmp: null } as const),
    ends: [random.below(ends.length), random.below(ends.length)] as const,
  }));
  const packetsOf = <T>(all: readonly T[]) =>
    headers.map(({ ends: [src, dst], ...header }) => ({ ...header, src: all[src] as T, dst: all[dst] as T }));
  const ask = (classifier: Classifier) => {
    const packets = packetsOf(ends.map(classifier.resolve));
    return (place: number) => classifier.allows(packets[place & (PACKETS - 1)] as (typeof packets)[0]);
  };
  const plain = packetsOf(ends);
  const views = [viewOf(policies.enforced)];
  return {
    evaluate: (place: number) =>
      evaluate(cluster, policies, plain[place & (PACKETS - 1)] as Packet).verdict === 'allow',
    classifier: ask(createClassifier(cluster, views)),
    anew: ask(createClassifier(cluster, views, { remembered: 0 })),
  };
}

/** Each packet twice, or as many as there is time for: what is made when first asked for is made then. */
function warm(ask: (place: number) => boolean): void {
  const startedMs = performance.now();
  for (let place = 0; place < 2 * PACKETS && performance.now() - startedMs < WARM_MS; place++) ask(place);
}

/** Verdicts a second. */
function rateOf(ask: (place: number) => boolean): number {
  const startedMs = performance.now();
  let asked = 0;
  while (performance.now() - startedMs < TURN_MS) for (let turn = 0; turn < 64; turn++) ask(asked++);
  return (asked * 1000) / (performance.now() - startedMs);
}

/** From cluster and policies to the tables of every pod: all conditions, atoms, policy sets and address sets. */
function compileSeconds({ cluster, policies }: Manifests): number {
  const fresh = { ...policies, enforced: policies.enforced.map((tier) => ({ ...tier })) };
  const startedMs = performance.now();
  const tables = createClassifier(cluster, [viewOf(fresh.enforced)]).tables(cluster.pods);
  if (tables.endpoints.length !== cluster.pods.length) throw new Error('a pod was left out');
  return (performance.now() - startedMs) / 1000;
}

/** A pod's labels change; the pod is ready to be asked about, from both sides. */
function updateMs(large: Manifests): number {
  const live = asLive(large);
  const random = createRandom(4);
  for (const pod of live.cluster.pods) live.endOf(pod);
  const names = live.cluster.pods.map((pod) => ({ pod, input: inputOf(pod) }));
  const times = Array.from({ length: UPDATES }, (_, turn) => {
    const { input } = names[random.below(names.length)] as (typeof names)[0];
    const other = live.endOf(live.cluster.lookup.pod(input.namespace, input.name) as never);
    const labels = new Map(input.labels).set('track', `t${turn % 3}`).set('app', `app-${random.below(40)}`);
    const startedMs = performance.now();
    live.apply({ kind: 'Pod', namespace: input.namespace, name: input.name, pod: { ...input, labels } });
    const end = live.endOf(live.cluster.lookup.pod(input.namespace, input.name) as never);
    const header = { family: 4, protocol: 6, srcPort: 1, dstPort: 8000, icmp: null } as const;
    live.classifier().allows({ ...header, src: end, dst: end });
    const tookMs = performance.now() - startedMs;
    if (end === other) throw new Error('the pod was not looked at anew');
    return tookMs;
  });
  return median(times);
}

main(Number(process.argv[2] ?? 5));

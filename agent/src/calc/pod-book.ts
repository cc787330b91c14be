import { type Identity, identityOf, type PodIdentity, type WorkloadFacts } from './identity.ts';
import type { Timeline } from './timeline.ts';

/** Kubernetes cuts times to the second: something that ended "at 3 s" may have ended at 3.99. */
const SECOND_MS = 1_000;

/** Keeps a timeline of pods' addresses current from what is known of pods and of their namespaces' labels. */
export class PodBook {
  readonly #timeline: Timeline;
  readonly #pods = new Map<string, Map<string, PodIdentity>>();
  readonly #namespaceLabels = new Map<string, Readonly<Record<string, string>>>();
  readonly #byAddress = new Map<string, PodIdentity>();
  /** Latest identity of facts; they change with the namespace's labels only. */
  #identities = new WeakMap<WorkloadFacts, { labels: Readonly<Record<string, string>>; identity: Identity }>();

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  /** The pod that has `address` now. */
  podAt(address: string): PodIdentity | null {
    return this.#byAddress.get(address) ?? null;
  }

  /** Null for `next`: the pod is gone. */
  change(previous: PodIdentity | null, next: PodIdentity | null, nowMs: number): void {
    const gone = previous && previous.uid !== next?.uid ? previous : null;
    if (gone) this.#leave(gone, gone.addresses, nowMs);
    const before = gone ? null : previous;
    if (next) {
      const lost = before?.addresses.filter((address) => !next.addresses.includes(address)) ?? [];
      this.#leave(before ?? next, lost, endOf(next, nowMs));
      this.#enter(before, next, nowMs);
      this.#enterLate(next, nowMs);
    }
    const named = next ?? previous;
    if (!named) return;
    const siblings = this.#pods.get(named.namespace) ?? new Map<string, PodIdentity>();
    if (next) siblings.set(next.name, next);
    else siblings.delete(named.name);
    if (siblings.size > 0) this.#pods.set(named.namespace, siblings);
    else this.#pods.delete(named.namespace);
  }

  /** Null: the namespace is gone. Its pods become another version from `nowMs` on; pods that came before their namespace are corrected. */
  changeNamespace(name: string, labels: Readonly<Record<string, string>> | null, nowMs: number): void {
    const known = this.#namespaceLabels.get(name);
    if (labels === null) {
      this.#namespaceLabels.delete(name);
      return;
    }
    if (known && sameLabels(known, labels)) return;
    this.#namespaceLabels.set(name, labels);
    for (const pod of this.#pods.get(name)?.values() ?? []) {
      for (const address of usable(pod)) {
        if (known) this.#timeline.assign(address, pod.uid, this.#identity(pod.facts), nowMs);
        else this.#timeline.correct(address, pod.uid, this.#identity(pod.facts));
      }
    }
  }

  #enter(before: PodIdentity | null, next: PodIdentity, nowMs: number): void {
    const identity = this.#identity(next.facts);
    for (const address of usable(next)) {
      const isNew = !before?.addresses.includes(address);
      this.#timeline.assign(address, next.uid, identity, isNew ? (next.sinceMs ?? nowMs) : nowMs);
      this.#byAddress.set(address, next);
    }
  }

  /** A pod that was over before its addresses were told: of what changes at once only the last state is. Says nothing new of any other. */
  #enterLate(pod: PodIdentity, nowMs: number): void {
    if (pod.hostNetwork || pod.sinceMs === null || pod.finishedAtMs === null) return;
    const identity = this.#identity(pod.facts);
    for (const address of pod.formerAddresses)
      this.#timeline.record(address, pod.uid, identity, { fromMs: pod.sinceMs, toMs: endOf(pod, nowMs) });
  }

  #leave(pod: PodIdentity, addresses: readonly string[], atMs: number): void {
    for (const address of addresses) {
      this.#timeline.release(address, pod.uid, atMs);
      if (this.#byAddress.get(address)?.uid === pod.uid) this.#byAddress.delete(address);
    }
  }

  #identity(facts: WorkloadFacts): Identity {
    const labels = this.#namespaceLabels.get(facts.namespace) ?? NO_LABELS;
    const known = this.#identities.get(facts);
    if (known?.labels === labels) return known.identity;
    const identity = identityOf({
      kind: 'workload',
      ...facts,
      labels: { ...facts.labels },
      ports: [...facts.ports],
      namespaceLabels: { ...labels },
    });
    this.#identities.set(facts, { labels, identity });
    return identity;
  }
}

const sameLabels = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([key, value]) => b[key] === value);

const NO_LABELS: Readonly<Record<string, string>> = {};

/** A host-network pod has its node's addresses: those are the node's. */
const usable = (pod: PodIdentity): readonly string[] => (pod.hostNetwork ? [] : pod.addresses);

const endOf = (pod: PodIdentity, nowMs: number): number =>
  pod.finishedAtMs === null ? nowMs : Math.min(nowMs, pod.finishedAtMs + SECOND_MS);

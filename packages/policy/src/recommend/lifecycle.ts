import { timeText } from './time-text.ts';

/** `learning`: what comes is still new. `stabilising`: waits for a quiet time. `ready`: nothing changed for that long. */
export type Phase = 'learning' | 'stabilising' | 'ready';
/** What a person made of it: `added` and `dismissed` are left as they were decided on. */
export type Standing = 'open' | 'added' | 'dismissed';
export const USER_DECISIONS = ['add', 'dismiss', 'reactivate', 'relearn'] as const;
export type DecisionKind = (typeof USER_DECISIONS)[number];
export interface UserDecision {
  readonly kind: DecisionKind;
  readonly atMs: number;
}

export interface LifecycleSettings {
  /** From the first traffic on, ms. */
  readonly learningMs: number;
  /** Without a change after that, ms. */
  readonly stabilisingMs: number;
}
export interface LifecycleInput {
  /** Null: nothing was seen yet. Times are epoch ms. */
  readonly firstTrafficMs: number | null;
  /** When the recommended policy last became another; null: never since it was first made. */
  readonly changedMs: number | null;
  readonly nowMs: number;
  readonly settings: LifecycleSettings;
  /** In any order; those that {@link standingAfter} refuses do nothing. */
  readonly decisions: readonly UserDecision[];
}
export interface Lifecycle {
  readonly phase: Phase;
  /** When the phase began; null before any traffic. */
  readonly since: number | null;
  /** When it ends unless the recommendation changes; null where only traffic or a person ends it. */
  readonly until: number | null;
  readonly why: string;
  readonly standing: Standing;
  /** Older traffic does not count: a person had it learn anew. Null: all counts. */
  readonly learnFromMs: number | null;
}

/** Where a decision leads; null: it makes no sense there, a caller answers with a conflict. */
const NEXT: Readonly<Record<Standing, Readonly<Record<DecisionKind, Standing | null>>>> = {
  open: { add: 'added', dismiss: 'dismissed', reactivate: null, relearn: 'open' },
  added: { add: null, dismiss: 'dismissed', reactivate: 'open', relearn: 'open' },
  // Who dismissed it did not look at what it became since.
  dismissed: { add: null, dismiss: null, reactivate: 'open', relearn: 'open' },
};

export function standingAfter(standing: Standing, decision: DecisionKind): Standing | null {
  return NEXT[standing][decision];
}

/**
 * Where a recommendation is on its way, from facts alone: the same facts give the same answer, whoever asks. What a person added or dismissed
 * stays in the phase that it had at that moment; reactivated, it goes on as if nothing had been; to relearn begins anew without any object having to go.
 */
export function lifecycle(input: LifecycleInput): Lifecycle {
  const { standing, decidedMs, learnFromMs } = follow(input);
  const frozen = standing === 'open' ? null : decidedMs;
  const atMs = Math.min(frozen ?? input.nowMs, input.nowMs);
  const { phase, since, until, why } = phaseAt(input, atMs, learnFromMs);
  if (frozen === null) return { phase, since, until, why, standing, learnFromMs };
  const words = `${standing === 'added' ? 'Added' : 'Dismissed'} ${timeText(frozen)}: no longer refined. Then: ${why}`;
  return { phase, since, until: null, why: words, standing, learnFromMs };
}

interface Followed {
  readonly standing: Standing;
  readonly decidedMs: number;
  readonly learnFromMs: number | null;
}

function follow({ decisions, nowMs }: LifecycleInput): Followed {
  const past = decisions.filter(({ atMs }) => atMs <= nowMs).sort(compareDecisions);
  let state: Followed = { standing: 'open', decidedMs: 0, learnFromMs: null };
  for (const { kind, atMs } of past) {
    const standing = standingAfter(state.standing, kind);
    if (standing === null) continue;
    state = { standing, decidedMs: atMs, learnFromMs: kind === 'relearn' ? atMs : state.learnFromMs };
  }
  return state;
}

/** Two of one instant go in the order of their list: the answer is the same whatever the order of the input. */
const compareDecisions = (a: UserDecision, b: UserDecision) =>
  a.atMs - b.atMs || USER_DECISIONS.indexOf(a.kind) - USER_DECISIONS.indexOf(b.kind);

function phaseAt(
  { firstTrafficMs, changedMs, nowMs, settings }: LifecycleInput,
  atMs: number,
  learnFromMs: number | null,
) {
  if (firstTrafficMs === null || firstTrafficMs > atMs)
    return { phase: 'learning', since: null, until: null, why: 'No traffic was seen yet.' } as const;
  const startMs = Math.max(firstTrafficMs, learnFromMs ?? firstTrafficMs);
  const learntMs = startMs + settings.learningMs;
  if (atMs < learntMs) {
    const why = `Learns until ${timeText(learntMs)}, from ${startMs === firstTrafficMs ? 'the first traffic' : 'when it was told to learn anew'} on.`;
    return { phase: 'learning', since: startMs, until: learntMs, why } as const;
  }
  // A clock that runs ahead must not hold it back for longer than a change of now would.
  const knownMs = Math.min(changedMs ?? startMs, nowMs);
  // What changed after a person decided is not what they decided on.
  const lastChangeMs = knownMs > atMs ? startMs : knownMs;
  const quietMs = Math.max(learntMs, lastChangeMs);
  const readyMs = quietMs + settings.stabilisingMs;
  const changed =
    lastChangeMs > learntMs ? `It changed ${timeText(lastChangeMs)}` : `It learnt until ${timeText(learntMs)}`;
  if (atMs < readyMs)
    return {
      phase: 'stabilising',
      since: quietMs,
      until: readyMs,
      why: `${changed}; ready ${timeText(readyMs)} unless it changes again.`,
    } as const;
  return { phase: 'ready', since: readyMs, until: null, why: `${changed}, and nothing new came since.` } as const;
}

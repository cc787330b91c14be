import type { EdgeView } from '@margay/services/inputs';
import { plainName } from '@margay/ui';
import { peerText } from '../peer/index.ts';

export interface Explanation {
  readonly title: string;
  /** Who says so. */
  readonly source: string;
  readonly rungs: readonly { readonly tone: 'allowed' | 'denied' | 'none'; readonly text: string }[];
  readonly note: string;
}

/** Why traffic has the verdict it has: what selects each end, in the order packets meet it. */
export function explain(edge: EdgeView): Explanation {
  const [from, to] = [peerText(edge.src).name, peerText(edge.dst).name];
  const tone = edge.verdict;
  const rung = (direction: 'egress' | 'ingress', end: EdgeView['src'], words: string) => {
    const names = edge.decidedBy
      .filter((policy) => policy.direction === direction)
      .map((policy) => plainName(policy.name));
    if (names.length > 0)
      return { tone: tone === 'none' ? ('none' as const) : tone, text: `${words}: ${names.join(', ')}` };
    const isPod = end.kind === 'workload';
    return {
      tone: 'none' as const,
      text: isPod ? `${words}: no policy isolates it` : `${words}: policies do not apply to it`,
    };
  };
  return {
    title: TITLES[edge.verdict],
    source:
      edge.verdict === 'denied' && edge.evidence === 'unanswered'
        ? 'seen from unanswered attempts'
        : 'traffic from the kernel, policies as they stand now',
    rungs: [rung('egress', edge.src, `Leaving ${from}`), rung('ingress', edge.dst, `Entering ${to}`)],
    note: noteOf(edge),
  };
}

const TITLES = {
  allowed: 'Why it is allowed',
  denied: 'Why it counts as denied',
  none: 'Why no policy decides it',
} as const;

function noteOf(edge: EdgeView): string {
  if (edge.verdict === 'denied' && edge.evidence === 'unanswered')
    return 'Connection attempts got no answer for 3 s or more. A policy that drops packets looks like this; so does a host that is down.';
  if (edge.verdict === 'denied') return 'The kernel refused it.';
  if (edge.verdict === 'none')
    return 'Kubernetes lets everything through to and from pods that no policy selects in that direction.';
  return 'At least one end is isolated by a policy, and every policy that selects an end lets this through.';
}

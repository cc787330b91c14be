import { certainVerdict } from './certain-verdict.ts';
import type { Combination, JudgedPeer } from './compare-edge.ts';
import { type Decided, type JudgedEnd, outcomeOf } from './judge.ts';
import type { ViewPair } from './views.ts';

/** Why nobody knows who an end was, where it matters: the other end is not governed alike. */
export function unidentifiedOf<E extends JudgedEnd>(src: JudgedPeer<E>, dst: JudgedPeer<E>): string | null {
  if (src.unidentified !== null && !dst.alike.ingress) return src.unidentified;
  return src.alike.egress ? null : dst.unidentified;
}

/** Where it comes to the same whoever the other end was. */
export function certainOutcome<E extends JudgedEnd>(
  views: ViewPair,
  list: readonly Combination<E>[],
  how: Parameters<typeof certainVerdict>[2],
): Decided | null {
  const outcomes = new Set(
    list.map(({ instance: { src, dst, header } }) => {
      const [was, is] = (['before', 'after'] as const).map((view) =>
        certainVerdict(views[view], { ...header, src: src.twin[view], dst: dst.twin[view] }, how),
      );
      return was === null || is === null ? null : outcomeOf(was === 'allow', is === 'allow');
    }),
  );
  const [only = null] = outcomes;
  return outcomes.size === 1 ? only : null;
}

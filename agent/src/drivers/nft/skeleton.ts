import type { PlaneSettings } from '../../dataplane/plane-state.ts';
import {
  ACCEPT,
  cameFrom,
  DROP,
  dispatch,
  goto,
  isEstablished,
  isEstablishedOrRelated,
  isRelated,
  isReply,
  isTcp,
  PROHIBITED,
  RESET,
  type Rule,
} from './expressions.ts';
import { CHAIN, endpointMap, FAMILIES, HELD } from './names.ts';
import type { Chains } from './set-chains.ts';

/** Before those whom the filter hook was given by default, so that what they drop is told too. */
export const BASE_CHAIN = { type: 'filter', hook: 'forward', prio: -1, policy: 'accept' } as const;

/**
 * Where packets come in, and how they are denied. What egress allows goes on to `arrive`, for ingress. What no endpoint governs does so too, unless it came
 * from an endpoint's interface: then it bears another's address, and its sender would escape its policies.
 */
export function skeletonChains({ established, onDeny }: PlaneSettings): Chains {
  return new Map<string, readonly Rule[]>([
    [
      CHAIN.forward,
      [
        ...(established === 'keep' ? KEEP : CUT),
        ...FAMILIES.map((family) => [dispatch(family, 'iifname', 'saddr', endpointMap('egress', family))]),
        [cameFrom(HELD), goto(CHAIN.deny)],
        [goto(CHAIN.arrive)],
      ],
    ],
    [
      CHAIN.arrive,
      [...FAMILIES.map((family) => [dispatch(family, 'oifname', 'daddr', endpointMap('ingress', family))]), [ACCEPT]],
    ],
    [CHAIN.deny, onDeny === 'drop' ? [[DROP]] : [[isTcp, RESET], [PROHIBITED]]],
  ]);
}

const KEEP: readonly Rule[] = [[isEstablishedOrRelated, ACCEPT]];
/** Replies follow what they answer: only the way in which a connection was opened is judged again. */
const CUT: readonly Rule[] = [
  [isRelated, ACCEPT],
  [isEstablished, isReply, ACCEPT],
];

import type { Facts } from '@margay/model';

/** Facts with the number of raw rows behind them. */
export interface CountedFacts extends Facts {
  readonly flows: number;
}

/** The monoid of the flow store: sums, a minimum, a maximum. */
export function addFacts(a: CountedFacts, b: CountedFacts): CountedFacts {
  return {
    flows: a.flows + b.flows,
    bytesForward: a.bytesForward + b.bytesForward,
    packetsForward: a.packetsForward + b.packetsForward,
    bytesReverse: a.bytesReverse + b.bytesReverse,
    packetsReverse: a.packetsReverse + b.packetsReverse,
    connectionsStarted: a.connectionsStarted + b.connectionsStarted,
    connectionsCompleted: a.connectionsCompleted + b.connectionsCompleted,
    firstSeenMs: Math.min(a.firstSeenMs, b.firstSeenMs),
    lastSeenMs: Math.max(a.lastSeenMs, b.lastSeenMs),
  };
}

/** What is left of `whole` beyond `part`, never below zero; times stay those of `whole`. Not part of the algebra: for an answer only. */
export function beyond(whole: CountedFacts, part: CountedFacts): CountedFacts {
  const rest = (key: keyof CountedFacts) => Math.max(0, whole[key] - part[key]);
  return {
    ...whole,
    flows: rest('flows'),
    bytesForward: rest('bytesForward'),
    packetsForward: rest('packetsForward'),
    bytesReverse: rest('bytesReverse'),
    packetsReverse: rest('packetsReverse'),
    connectionsStarted: rest('connectionsStarted'),
    connectionsCompleted: rest('connectionsCompleted'),
  };
}

export const packets = (facts: CountedFacts): number => facts.packetsForward + facts.packetsReverse;

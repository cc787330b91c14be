import type { Action, Evidence, Hash64, Reporter } from '@margay/model';
import type { CountedFacts } from './facts.ts';

/** What a store hands over: facts added up by everything but the policy trace. */
export interface Group {
  /** Its {@link pairKey}: made once, since sums that are remembered are merged again and again. */
  readonly pair: string;
  readonly srcId: Hash64;
  readonly dstId: Hash64;
  /** NO_ID where no Service was addressed. */
  readonly serviceId: Hash64;
  readonly protocol: number;
  readonly port: number;
  readonly reporter: Reporter;
  readonly action: Action;
  readonly evidence: Evidence;
  readonly facts: CountedFacts;
  /** Start of the bucket, epoch ms; 0 where the whole interval is one. */
  readonly bucketMs: number;
  /** Sorted; only where buckets were asked for. */
  readonly addresses: readonly string[];
}

/** One connection's join key: the Service and the reporter are not part of it (the destination's report seldom knows the Service). */
export function pairKey(group: Pick<Group, 'srcId' | 'dstId' | 'protocol' | 'port' | 'action'>): string {
  return `${group.srcId}${group.dstId}.${group.protocol}.${group.port}.${group.action}`;
}

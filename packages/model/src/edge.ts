import { z } from 'zod';
import { Evidence } from './flow.ts';
import { Hash64 } from './ids.ts';
import { Peer } from './peer.ts';

/** A policy that had a say, by name. */
export const PolicyRef = z.object({
  kind: z.string(),
  namespace: z.string(),
  name: z.string(),
  direction: z.enum(['ingress', 'egress']),
});
export type PolicyRef = z.infer<typeof PolicyRef>;

/** `none`: allowed, and no policy decides it. */
export const VERDICTS = ['allowed', 'denied', 'none'] as const;
export const Verdict = z.enum(VERDICTS);
export type Verdict = z.infer<typeof Verdict>;

/** Facts that add up over any split of the same traffic: sums, minima, maxima, bounded unions, nothing else. L3 bytes; forward is source to destination. Times in epoch milliseconds. */
export const Facts = z.object({
  bytesForward: z.number(),
  packetsForward: z.number(),
  bytesReverse: z.number(),
  packetsReverse: z.number(),
  connectionsStarted: z.number(),
  connectionsCompleted: z.number(),
  firstSeenMs: z.number(),
  lastSeenMs: z.number(),
});
export type Facts = z.infer<typeof Facts>;

/** Traffic between two peer versions on one port with one outcome, both reporters merged. */
export const MergedEdge = Facts.extend({
  srcId: Hash64,
  src: Peer,
  dstId: Hash64,
  dst: Peer,
  protocol: z.number().int(),
  port: z.number().int(),
  /** The Service that was addressed, where known. */
  service: z.object({ namespace: z.string(), name: z.string() }).nullable(),
  action: z.enum(['allow', 'deny']),
  evidence: Evidence,
  /** Which ends reported it. */
  seenAt: z.object({ src: z.boolean(), dst: z.boolean() }),
  /** Number of rows of the finest level read that stand behind it. */
  flows: z.number().int(),
});
export type MergedEdge = z.infer<typeof MergedEdge>;

import { burstsOf, HOUR_MS, hoursOf } from './observed-times.ts';
import type { Confidence, ConfidenceReason, ObservedEdge, ReplicaShare } from './types.ts';
import { listWords } from './words.ts';

/** What one look at the cluster was like, for all of its rules. */
export interface Look {
  readonly fromMs: number;
  readonly toMs: number;
  readonly lostFlows: number;
  /** Lost flows among all flows, 0 to 1. */
  readonly lostShare: number;
}
export interface ConfidenceInput {
  readonly look: Look;
  readonly edges: readonly ObservedEdge[];
  readonly replicas: ReplicaShare | null;
  /** Workloads behind a Service of which any may have answered; 0 where it is known. */
  readonly backends: number;
}

/** What runs nightly shows in a day, what runs hourly in an hour. */
const FULL_WINDOW_MS = 24 * HOUR_MS;
const TINY_WINDOW_MS = HOUR_MS;
const LOSS_LIMIT = 0.01;
/** What is over within this time was one occasion. */
const ONCE_MS = 60_000;
/** A period is known once it came round twice: three runs. */
const RUNS_KNOWN = 3;
/** Traffic in more of the hours than this is steady, not periodic. */
const SPARSE_SHARE = 0.25;

/** How far the evidence of one rule carries, and every reason why not farther. A rule without edges of its own has those of its look only. */
export function confidenceOf(input: ConfidenceInput): Confidence {
  const reasons = [shortWindow(input), seenOnce(input), loss(input), period(input), replicas(input), backends(input)];
  const found = reasons.filter((reason) => reason !== null);
  const isLow = found.some(({ level }) => level === 'low');
  return { level: isLow ? 'low' : found.length > 0 ? 'medium' : 'high', reasons: found };
}

type Check = (input: ConfidenceInput) => ConfidenceReason | null;

const shortWindow: Check = ({ look }) => {
  const windowMs = look.toMs - look.fromMs;
  if (windowMs >= FULL_WINDOW_MS) return null;
  const hours = Math.floor(windowMs / HOUR_MS);
  const words = hours === 1 ? 'one hour' : hours === 0 ? 'less than an hour' : `${hours} hours`;
  return {
    code: 'short-window',
    level: windowMs < TINY_WINDOW_MS ? 'low' : 'medium',
    text: `The traffic was watched for ${words}: what happens once a day or more rarely is not in it.`,
  };
};

/** A connection that stays open for hours is one connection, but was seen all the time. */
const seenOnce: Check = ({ edges }) => {
  const connections = edges.reduce((sum, { connectionsStarted }) => sum + connectionsStarted, 0);
  if (edges.length === 0 || connections > 1 || hoursOf(edges).length > 1 || spanOf(edges) > ONCE_MS) return null;
  return { code: 'seen-once', level: 'low', text: 'It was seen once.' };
};

const spanOf = (edges: readonly ObservedEdge[]) =>
  edges.reduce((last, { lastSeenMs }) => Math.max(last, lastSeenMs), 0) -
  edges.reduce((first, { firstSeenMs }) => Math.min(first, firstSeenMs), Number.POSITIVE_INFINITY);

const loss: Check = ({ look: { lostFlows, lostShare } }) =>
  lostFlows <= 0
    ? null
    : {
        code: 'loss',
        level: lostShare > LOSS_LIMIT ? 'low' : 'medium',
        text: `${lostFlows} flows were lost meanwhile (${percent(lostShare)}): other ports and peers may be missing.`,
      };

const percent = (share: number) => (share < 0.001 ? 'less than 0.1 %' : `${(share * 100).toFixed(1)} %`);

/** Jobs run by the clock; so does what shows in few hours with pauses between. */
const period: Check = ({ edges, look }) => {
  if (edges.length === 0) return null;
  const hours = hoursOf(edges);
  const isExact = edges.every((edge) => edge.hours !== undefined);
  const windowHours = (look.toMs - look.fromMs) / HOUR_MS;
  const isSparse = isExact && windowHours >= FULL_WINDOW_MS / HOUR_MS && hours.length <= windowHours * SPARSE_SHARE;
  const runs = burstsOf(hours);
  if (!(isSparse || edges.some(isOfJob)) || runs >= RUNS_KNOWN) return null;
  return {
    code: 'period-unconfirmed',
    level: 'medium',
    text: `It looks like something that runs by the clock, and its period has not come round twice yet: ${runs === 1 ? 'one run was' : `${runs} runs were`} seen.`,
  };
};

const isOfJob = ({ src, dst }: ObservedEdge) =>
  [src, dst].some((peer) => peer.kind === 'workload' && (peer.ownerKind === 'CronJob' || peer.ownerKind === 'Job'));

const replicas: Check = ({ replicas: share }) => {
  if (share === null || share.showed === share.current) return null;
  const { showed, current, silent } = share;
  return {
    code: 'silent-replicas',
    level: 'medium',
    text: `${showed} of ${current} replicas showed it; ${listWords(silent)} never did.`,
  };
};

const backends: Check = ({ backends: number }) =>
  number === 0
    ? null
    : {
        code: 'backend-unknown',
        level: 'medium',
        text: `Any of the ${number} backends of a Service may have answered.`,
      };

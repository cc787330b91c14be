import type { ResolutionSeconds } from '@margay/model';
import type { TimeRange } from '../../contract.ts';
import { AHEAD_MS } from '../append/admit-rows.ts';
import { RAW_SQL } from '../raw-sql.ts';
import type { Horizons, Segment } from './plan.ts';

/** Collects values for `$n`. */
export class Parameters {
  readonly values: unknown[] = [];
  add(value: unknown): string {
    return `$${this.values.push(value)}`;
  }
}

const SUMS = ['bytes_fwd', 'packets_fwd', 'bytes_rev', 'packets_rev', 'started', 'completed'] as const;
/** The facts of a level's row. */
export const FACTS_SQL = ['flows', ...SUMS, 'first_seen_ms', 'last_seen_ms'].join(', ');
const time = (parameters: Parameters, ms: number) => `to_timestamp(${parameters.add(ms / 1000)}::float8)`;

export interface SourceOptions {
  readonly scope: { readonly org: string; readonly cluster: string };
  /** SQL condition over src, dst, service, kind; `true` for none. */
  readonly where: string;
  /** Bucket of each row in ms: a level's length, or 0 for one bucket. */
  readonly bucketSeconds: number;
  readonly addresses: boolean;
  /** Segments that are read from their level; without it, all but the finest. The others' rows are known from elsewhere. */
  readonly levels?: readonly Segment[];
  /** False: without the raw rows, not even those that no level holds yet. */
  readonly raw?: boolean;
}

/**
 * Rows of all segments as one SQL relation `(src, dst, service, kind, bucket_ms, flows, sums…, first_seen_ms, last_seen_ms[, addresses])`:
 * each segment from its level, and from raw rows whatever the levels do not hold yet (arrivals since `rolledToMs`). Segments are disjoint, and a raw row of a rolled
 * segment is taken only beyond the cursor: nothing is counted twice at a seam.
 */
export function sourceSql(
  parameters: Parameters,
  segments: readonly Segment[],
  { rolledToMs }: Horizons,
  options: SourceOptions,
): string {
  const { raw = true, levels = segments } = options;
  const parts = levels
    .filter(({ level }) => level > 5)
    .map((segment) => levelSql(parameters, segment, options, tableOf(segment.level, options)));
  if (raw) parts.push(rawSql(parameters, segments, rolledToMs, options));
  return parts.join('\nUNION ALL\n');
}

function tableOf(level: ResolutionSeconds, { addresses }: SourceOptions): string {
  if (level === 60) return 'flow.flow_1m';
  return addresses ? 'flow.flow_1h' : 'flow.edge_1h';
}

function levelSql(parameters: Parameters, segment: TimeRange, options: SourceOptions, table: string): string {
  const { scope, where, addresses } = options;
  return `SELECT src, dst, service, kind, ${bucketOf('extract(epoch FROM bucket)', options)} AS bucket_ms,
      ${FACTS_SQL}${addresses ? ', addresses' : ''}
    FROM ${table}
    WHERE org_id = ${scope.org} AND cluster_id = ${scope.cluster}
      AND bucket >= ${time(parameters, segment.fromMs)} AND bucket < ${time(parameters, segment.toMs)} AND ${where}`;
}

function rawSql(
  parameters: Parameters,
  segments: readonly Segment[],
  rolledToMs: number,
  options: SourceOptions,
): string {
  const { scope, where, addresses } = options;
  const windows = ({ fromMs, toMs }: TimeRange) =>
    `window_no >= ${parameters.add(fromMs / 5000)}::int AND window_no < ${parameters.add(toMs / 5000)}::int`;
  const fine = segments.filter(({ level }) => level === 5);
  const whole = { fromMs: Math.min(...segments.map((s) => s.fromMs)), toMs: Math.max(...segments.map((s) => s.toMs)) };
  const earliestMs = Math.min(rolledToMs, ...fine.map((s) => s.fromMs - AHEAD_MS));
  return `SELECT src, dst, service, kind, ${bucketOf('window_no * 5::float8', options)} AS bucket_ms,
      ${FACTS_SQL}${addresses ? ', addresses' : ''}
    FROM ${RAW_SQL}
    WHERE org_id = ${scope.org} AND cluster_id = ${scope.cluster}
      AND received_at >= ${time(parameters, earliestMs)} AND ${windows(whole)}
      AND (received_at >= ${time(parameters, rolledToMs)}${fine.map((s) => ` OR (${windows(s)})`).join('')}) AND ${where}`;
}

function bucketOf(seconds: string, { bucketSeconds }: SourceOptions): string {
  if (bucketSeconds === 0) return '0::float8';
  return `(floor(${seconds} / ${bucketSeconds}) * ${bucketSeconds * 1000})::float8`;
}

/** Sums of a source's rows, for a GROUP BY. */
export const SUM_SQL = `sum(flows) AS flows, ${SUMS.map((name) => `sum(${name}) AS ${name}`).join(', ')},
  min(first_seen_ms) AS first_seen_ms, max(last_seen_ms) AS last_seen_ms`;

import type { ObservedEdge, ObservedTimes } from './types.ts';

export const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;

/** Epoch hours in which any of `edges` was seen, in order; those of its first and last sight where no more is known. */
export function hoursOf(edges: readonly ObservedEdge[]): number[] {
  const hours = new Set(edges.flatMap((edge) => edge.hours ?? boundsOf(edge)));
  return [...hours].sort((a, b) => a - b);
}

const boundsOf = ({ firstSeenMs, lastSeenMs }: ObservedEdge) => [
  Math.floor(firstSeenMs / HOUR_MS),
  Math.floor(lastSeenMs / HOUR_MS),
];

export function timesOf(edges: readonly ObservedEdge[]): ObservedTimes {
  const hours = hoursOf(edges);
  const days = new Set(hours.map((hour) => Math.floor(hour / DAY_HOURS)));
  return { hours: hours.length, days: days.size, exact: edges.every((edge) => edge.hours !== undefined) };
}

/** Runs of hours without a gap: what runs across the full hour is one. */
export function burstsOf(hours: readonly number[]): number {
  return hours.filter((hour, place) => hour - (hours[place - 1] ?? Number.NEGATIVE_INFINITY) > 1).length;
}

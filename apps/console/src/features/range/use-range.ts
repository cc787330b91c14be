'use client';
import { parseAsInteger, parseAsString, useQueryStates } from 'nuqs';
import { useMemo } from 'react';
import { DEFAULT_RANGE, type Range, rangeFrom, rangeParams } from './range.ts';

/** The page's range, kept in the URL; `fallback` is what an address without one means. */
export function useRange(fallback: Range = DEFAULT_RANGE): [Range, (range: Range) => void] {
  const [params, setParams] = useQueryStates(
    { last: parseAsString, from: parseAsInteger, to: parseAsInteger },
    { history: 'push' },
  );
  const { last, from, to } = params;
  const range = useMemo(() => rangeFrom({ last, from, to }, fallback), [last, from, to, fallback]);
  return [range, (next) => void setParams(rangeParams(next, fallback))];
}

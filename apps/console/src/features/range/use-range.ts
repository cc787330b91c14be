'use client';
import { parseAsInteger, parseAsString, useQueryStates } from 'nuqs';
import { useMemo } from 'react';
import { type Range, rangeFrom, rangeParams } from './range.ts';

/** The page's range, kept in the URL. */
export function useRange(): [Range, (range: Range) => void] {
  const [params, setParams] = useQueryStates(
    { last: parseAsString, from: parseAsInteger, to: parseAsInteger },
    { history: 'push' },
  );
  const { last, from, to } = params;
  const range = useMemo(() => rangeFrom({ last, from, to }), [last, from, to]);
  return [range, (next) => void setParams(rangeParams(next))];
}

'use client';
import { parseAsString, useQueryStates } from 'nuqs';
import { useMemo } from 'react';
import { FILTER_KEYS, type FilterState, fromParams, toParams } from './filter.ts';

const PARSERS = Object.fromEntries([...FILTER_KEYS, 'q'].map((key) => [key, parseAsString]));

/** The filter, kept in the URL. */
export function useFilter(): [FilterState, (state: FilterState) => void] {
  const [params, setParams] = useQueryStates(PARSERS, { history: 'push' });
  const text = JSON.stringify(params);
  const state = useMemo(() => fromParams(JSON.parse(text) as Record<string, string | null>), [text]);
  return [state, (next) => void setParams(toParams(next))];
}

'use client';
import { LAYERS, type Layer, LENSES, type Lens } from '@margay/graph';
import {
  createParser,
  parseAsArrayOf,
  parseAsBoolean,
  parseAsString,
  parseAsStringLiteral,
  useQueryStates,
} from 'nuqs';

/** Groups that stand open, as the URL has them; `none` for not one. Absent: as the picture's size says. */
const parseOpen = createParser<readonly string[]>({
  parse: (text) => (text === 'none' ? [] : text.split(',').filter(Boolean)),
  serialize: (ids) => (ids.length === 0 ? 'none' : ids.join(',')),
  eq: (a, b) => a.length === b.length && a.every((id, index) => id === b[index]),
});

/** Lenses that there is data for. */
export const SHOWN_LENSES = LENSES.filter((lens) => lens !== 'new');

const PARAMS = {
  lens: parseAsStringLiteral(LENSES).withDefault('all' satisfies Lens),
  /** Layers that are drawn although they are hidden by default. */
  layers: parseAsArrayOf(parseAsStringLiteral(LAYERS)).withDefault([] satisfies Layer[]),
  open: parseOpen,
  node: parseAsString,
  edge: parseAsString,
  focus: parseAsString,
  table: parseAsBoolean.withDefault(false),
};

/** Everything about the graph page that a link carries. */
export function useGraphParams() {
  return useQueryStates(PARAMS, { history: 'push' });
}
export type GraphParams = ReturnType<typeof useGraphParams>[0];
export type SetGraphParams = ReturnType<typeof useGraphParams>[1];

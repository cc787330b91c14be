import { PROTOCOLS } from '@margay/model';
import type { FlowFilter } from '@margay/services/inputs';

/** Keys of the filter as people write them and the URL has them, with the field of the verb's input behind each. */
export const FILTER_KEYS = [
  'src.ns',
  'src.name',
  'dst.ns',
  'dst.name',
  'ns',
  'name',
  'port',
  'proto',
  'action',
  'seen',
] as const;
export type FilterKey = (typeof FILTER_KEYS)[number];

export interface Chip {
  readonly key: FilterKey;
  readonly values: readonly string[];
}
/** What the filter bar holds: chips are AND-ed, values of one chip OR-ed; free text looks at names and addresses. */
export interface FilterState {
  readonly chips: readonly Chip[];
  readonly text: string;
}

export const KEY_MEANING: Readonly<Record<FilterKey, string>> = {
  'src.ns': 'namespace of the source',
  'src.name': 'name of the source',
  'dst.ns': 'namespace of the destination',
  'dst.name': 'name of the destination',
  ns: 'namespace of either end',
  name: 'name of either end',
  port: 'destination port',
  proto: 'tcp, udp, icmp, sctp or a number',
  action: 'allow or deny',
  seen: 'both, src or dst',
};

const NUMBERS = new Map(Object.entries(PROTOCOLS).map(([number, name]) => [name.toLowerCase(), Number(number)]));
const PROTOCOL_MAX = 255;
const PORT_MAX = 65_535;

/** Reads `src.ns=shop,bank`. @returns the chip, a problem in words, or null when it is free text. */
export function readChip(text: string): Chip | { problem: string } | null {
  const at = text.indexOf('=');
  if (at < 0) return null;
  const key = FILTER_KEYS.find((each) => each === text.slice(0, at).trim().toLowerCase());
  if (!key) return { problem: `There is no “${text.slice(0, at).trim()}”. Keys: ${FILTER_KEYS.join(', ')}.` };
  const values = [
    ...new Set(
      text
        .slice(at + 1)
        .split(',')
        .map((value) => value.trim())
        .filter(Boolean),
    ),
  ];
  if (values.length === 0) return { problem: `Give ${key} a value: ${KEY_MEANING[key]}.` };
  const wrong = values.find((value) => !fits(key, value));
  if (wrong !== undefined) return { problem: `${key} takes ${KEY_MEANING[key]}, not “${wrong}”.` };
  return { key, values: key === 'seen' ? values.slice(0, 1) : values };
}

function fits(key: FilterKey, value: string): boolean {
  if (key === 'port') return /^\d{1,5}$/.test(value) && Number(value) <= PORT_MAX;
  if (key === 'proto') return protocolNumber(value) !== null;
  if (key === 'action') return value === 'allow' || value === 'deny';
  if (key === 'seen') return value === 'both' || value === 'src' || value === 'dst';
  return value.length <= 253;
}

function protocolNumber(value: string): number | null {
  const named = NUMBERS.get(value.toLowerCase());
  if (named !== undefined) return named;
  return /^\d{1,3}$/.test(value) && Number(value) <= PROTOCOL_MAX ? Number(value) : null;
}

/** Adds a chip; one of the same key takes the new values beside its own. */
export function withChip(state: FilterState, chip: Chip): FilterState {
  const known = state.chips.find((each) => each.key === chip.key);
  if (!known) return { ...state, chips: [...state.chips, chip] };
  const values = chip.key === 'seen' ? chip.values : [...new Set([...known.values, ...chip.values])];
  return { ...state, chips: state.chips.map((each) => (each === known ? { ...each, values } : each)) };
}

export function withoutChip(state: FilterState, key: FilterKey): FilterState {
  return { ...state, chips: state.chips.filter((chip) => chip.key !== key) };
}

/** What the server is asked. */
export function toFlowFilter({ chips, text }: FilterState): FlowFilter {
  const of = (key: FilterKey) => chips.find((chip) => chip.key === key)?.values;
  const list = (key: FilterKey) => {
    const values = of(key);
    return values ? [...values] : undefined;
  };
  const filter = {
    srcNamespace: list('src.ns'),
    srcName: list('src.name'),
    dstNamespace: list('dst.ns'),
    dstName: list('dst.name'),
    namespace: list('ns'),
    name: list('name'),
    port: of('port')?.map(Number),
    protocol: of('proto')?.flatMap((value) => protocolNumber(value) ?? []),
    action: of('action')?.filter((value) => value === 'allow' || value === 'deny'),
    seenAt: of('seen')?.find((value) => value === 'both' || value === 'src' || value === 'dst'),
    text: text.trim() || undefined,
  };
  // Left out, not undefined: it travels in addresses.
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

/** Chips and text as search parameters; an absent key is null. */
export function toParams({ chips, text }: FilterState): Record<FilterKey | 'q', string | null> {
  const params = Object.fromEntries(
    FILTER_KEYS.map((key) => [key, chips.find((chip) => chip.key === key)?.values.join(',') ?? null]),
  );
  return { ...(params as Record<FilterKey, string | null>), q: text || null };
}

/** Inverse of {@link toParams}; what a hand-written URL has wrong is left out. */
export function fromParams(params: Readonly<Record<string, string | null | undefined>>): FilterState {
  const chips = FILTER_KEYS.flatMap((key) => {
    const value = params[key];
    const chip = value ? readChip(`${key}=${value}`) : null;
    return chip && 'key' in chip ? [chip] : [];
  });
  return { chips, text: params.q?.slice(0, 200) ?? '' };
}

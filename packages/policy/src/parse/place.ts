/** Takes what is wrong at a path of one object. */
export type Report = (path: string, message: string, allowed?: string) => void;

/** Where a reader stands in an object, and whom to tell. Readers answer null where they could not understand, and have reported why. */
export interface Place {
  /** `spec.ingress[0]`; empty at the top. */
  readonly path: string;
  readonly report: Report;
}

/** The place of a field or of an item. */
export function at({ path, report }: Place, step: string | number): Place {
  if (typeof step === 'number') return { path: `${path}[${step}]`, report };
  return { path: path === '' ? step : `${path}.${step}`, report };
}

/** Reports and answers null. */
export function refuse({ path, report }: Place, message: string, allowed = ''): null {
  report(path, message, allowed);
  return null;
}

export type Fields = Readonly<Record<string, unknown>>;
export const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null;

/** An object; all its fields are known. */
export function readObject(value: unknown, place: Place, known: readonly string[]): Fields | null {
  if (!isObject(value)) return refuse(place, `${describe(value)} is no object`, `an object with ${listed(known)}`);
  const strange = strangeFields(value, known);
  if (strange.length === 0) return value;
  for (const field of strange) refuse(at(place, field), 'unknown field', listed(known));
  return null;
}

/** As {@link readObject}, but unknown fields are reported and passed over: for objects of which much else is worth reading. */
export function readFields(value: unknown, place: Place, known: readonly string[]): Fields | null {
  if (!isObject(value)) return refuse(place, `${describe(value)} is no object`, `an object with ${listed(known)}`);
  for (const field of strangeFields(value, known)) refuse(at(place, field), 'unknown field', listed(known));
  return value;
}

/** An absent list is empty. */
export function readList(value: unknown, place: Place, most: number): readonly unknown[] | null {
  if (isAbsent(value)) return [];
  if (!Array.isArray(value)) return refuse(place, `${describe(value)} is no list`, 'a list');
  return value.length <= most ? value : refuse(place, `${value.length} entries`, `at most ${most} entries`);
}

/** Each item of a list, or null if any could not be read; all of them are looked at. */
export function readEach<T>(
  list: readonly unknown[],
  place: Place,
  read: (item: unknown, place: Place) => T | null,
): T[] | null {
  const items: T[] = [];
  let complete = true;
  for (const [index, item] of list.entries()) {
    const one = read(item, at(place, index));
    if (one === null) complete = false;
    else items.push(one);
  }
  return complete ? items : null;
}

export function readText(value: unknown, place: Place, allowed = 'a text'): string | null {
  return typeof value === 'string' ? value : refuse(place, `${describe(value)} is no text`, allowed);
}

export function readOneOf<const T extends string>(value: unknown, place: Place, options: readonly T[]): T | null {
  const found = options.find((option) => option === value);
  return found ?? refuse(place, `${describe(value)} is not known here`, listed(options));
}

export function readInteger(value: unknown, place: Place, first: number, last: number): number | null {
  if (typeof value === 'number' && Number.isInteger(value) && value >= first && value <= last) return value;
  return refuse(
    place,
    isAbsent(value) ? 'missing' : `${describe(value)} is out of range`,
    `a whole number from ${first} to ${last}`,
  );
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function strangeFields(value: Fields, known: readonly string[]): string[] {
  const strange: string[] = [];
  for (const field in value) if (!known.includes(field) && !isAbsent(value[field])) strange.push(field);
  return strange;
}

const listed = (options: readonly string[]) => options.join(', ');

const SHOWN_MAX = 60;

/** A value for a message: short, on one line. */
export function describe(value: unknown): string {
  if (isAbsent(value)) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}

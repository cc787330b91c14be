import fc from 'fast-check';

/** A Kubernetes object as a manifest holds it. */
export type Manifest = Readonly<Record<string, unknown>>;

/** An object that takes its name from its place in the list. */
export type Make<T = Manifest> = (place: number) => T;
export const pick = <T>(...values: readonly T[]) => fc.constantFrom(...values);
export const few = <T>(one: fc.Arbitrary<T>, maxLength: number, minLength = 0) =>
  fc.array(one, { minLength, maxLength });
/** The field with a value, or no such field. */
export const maybe = <T>(field: string, value: fc.Arbitrary<T>, freq = 2) =>
  fc.option(value, { freq }).map((one): Record<string, T> => (one === null ? {} : { [field]: one }));
export const merged = (
  ...parts: readonly fc.Arbitrary<Record<string, unknown>>[]
): fc.Arbitrary<Record<string, unknown>> => fc.tuple(...parts).map((all) => Object.assign({}, ...all));
export function labelsOf(...keys: readonly string[]) {
  return fc.dictionary(pick(...keys), pick('1', '2'), { maxKeys: keys.length });
}

export const BLOCKS4 = [
  '10.0.0.0/8',
  '10.0.0.0/30',
  '10.0.0.2/32',
  '192.0.2.0/24',
  '192.0.2.128/25',
  '0.0.0.0/1',
] as const;
export const BLOCKS6 = ['2001:db8::/64', '2001:db8::2/128', '2000::/3'] as const;

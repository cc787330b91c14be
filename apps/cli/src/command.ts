import type { ParseArgsOptionDescriptor } from 'node:util';

/** Exit codes of every command. */
export const FINE = 0;
export const FINDING = 1;
export const BAD_INPUT = 2;

export type Values = Readonly<Record<string, string | boolean | undefined>>;

export interface Option extends ParseArgsOptionDescriptor {
  /** What stands for its value in the help text, such as `FILE`. */
  readonly value?: string;
  readonly help: string;
}

/** One command of `margay`. */
export interface Command {
  readonly name: string;
  /** Its positional arguments, by the names that the help text uses. */
  readonly positionals: readonly string[];
  /** Options that must be given, as on a command line. */
  readonly needs?: string;
  readonly summary: string;
  /** Paragraphs of the help text after the summary. */
  readonly details: string;
  readonly options: Readonly<Record<string, Option>>;
  /** For `-o`; the first is the default. */
  readonly formats: readonly string[];
  /** Answers the exit code. Throws `BadInput` for what the user must mend. */
  readonly run: (positionals: readonly string[], values: Values) => Promise<number>;
}

/** Something that the user must mend; the message says what. */
export class BadInput extends Error {
  override readonly name = 'BadInput';
}

/** By name: a command that is loaded apart brings a class of its own. */
export const isBadInput = (error: unknown): error is BadInput => error instanceof Error && error.name === 'BadInput';

/** The text of an option that must be given. */
export function requireValue(values: Values, name: string): string {
  const value = values[name];
  if (typeof value !== 'string' || value === '') throw new BadInput(`--${name} is missing`);
  return value;
}

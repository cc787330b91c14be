import type { Need, Verb, Verbs } from '@margay/services';
import type { TRPCMutationProcedure, TRPCQueryProcedure } from '@trpc/server';
import type { z } from 'zod';

/** Verbs that a browser may call: those of people, and signing up. Agents, jobs and the sign-in route have doors of their own. */
type ForBrowser<N extends Need> = N extends 'agent' | 'system' | 'none' ? false : true;
export const PUBLIC_VERBS = ['account.signUp'] as const;
type PublicVerb = (typeof PUBLIC_VERBS)[number];

type Exposed = {
  [Name in keyof Verbs]: Name extends PublicVerb
    ? Name
    : Verbs[Name] extends Verb<string, 'read' | 'write', infer N>
      ? ForBrowser<N> extends true
        ? Name
        : never
      : never;
}[keyof Verbs];

type ProcedureOf<V> =
  V extends Verb<string, infer K, Need, infer I, infer O>
    ? K extends 'read'
      ? TRPCQueryProcedure<{ input: InputOf<I>; output: z.output<O>; meta: unknown }>
      : TRPCMutationProcedure<{ input: InputOf<I>; output: z.output<O>; meta: unknown }>
    : never;
/** An input without a required member may be left out. */
type InputOf<I extends z.ZodType> = Record<never, never> extends z.input<I> ? z.input<I> | undefined : z.input<I>;

type EntityOf<Name extends string> = Name extends `${infer Entity}.${string}` ? Entity : never;

/** `cluster.create` → `router.cluster.create`, typed from the verb's own schemas. */
export type VerbRecord = {
  [Entity in EntityOf<Exposed>]: {
    [Name in Exposed as Name extends `${Entity}.${infer Rest}` ? Rest : never]: ProcedureOf<Verbs[Name]>;
  };
};

/** Whether a verb is part of the browser's API. */
export function isForBrowser(verb: { readonly verb: string; readonly needs: Need }): boolean {
  return (PUBLIC_VERBS as readonly string[]).includes(verb.verb) || !['agent', 'system', 'none'].includes(verb.needs);
}

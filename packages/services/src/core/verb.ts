import { type Tx, uuid7 } from '@margay/db';
import type { Topic } from '@margay/jobs';
import { MargayError, type OrgId, type Permission, type UserId } from '@margay/model';
import type { z } from 'zod';
import { admit } from './admit.ts';
import { type Audit, type TELEMETRY, writeAudit } from './audit.ts';
import type { Actor, AgentActor, Context, SystemActor, UserActor } from './context.ts';
import { parseInput, toMargayError } from './map-error.ts';
import { type OpenTransaction, transactionOf, withTransaction } from './transaction.ts';

/** A permission of the table; or who may call whatever their role: anyone, a signed-in person, an admitted agent, a job. */
export type Need = Permission | 'none' | 'user' | 'agent' | 'system';
export type Kind = 'read' | 'write';

type ActorOf<N extends Need> = N extends 'user'
  ? UserActor
  : N extends 'agent'
    ? AgentActor
    : N extends 'system'
      ? SystemActor
      : Actor;

/** What `run` gets. */
export interface Call<N extends Need, Input> {
  /** Of the caller; handing it on to another verb joins this transaction. */
  readonly ctx: Context;
  readonly actor: ActorOf<N>;
  readonly orgId: N extends 'none' | 'user' ? OrgId | null : OrgId;
  readonly input: Input;
  /** The tenant's transaction: sees its rows alone. */
  readonly db: Tx;
  /** For verbs that need no tenant and have just proved one (a token, an organisation being made): the transaction goes on in that scope, and so does its audit row. */
  enter(scope: { orgId?: OrgId; userId?: UserId }): Promise<void>;
}

/** What a write verb's `run` returns. Only what agents and jobs report all the time may go unaudited. */
export interface Written<N extends Need, Result> {
  readonly result: Result;
  readonly audit: N extends 'agent' | 'system' ? Audit | typeof TELEMETRY : Audit;
  /** Told to all processes once this is committed, and only then. */
  readonly announce?: readonly [topic: Topic, key: string];
}

export interface VerbDefinition<
  Name extends string,
  K extends Kind,
  N extends Need,
  I extends z.ZodType,
  O extends z.ZodType,
> {
  /** `entity.verb`. */
  readonly name: Name;
  readonly kind: K;
  readonly needs: N;
  readonly input: I;
  readonly output: O;
  /** What a reader is told when a unique key stands in the way. */
  readonly conflict?: string;
  /** Runs before the transaction opens, on input that was parsed: what it writes stays when the verb fails. What it throws refuses the call. */
  readonly before?: (ctx: Context, input: z.output<I>) => Promise<void>;
  readonly run: (call: Call<N, z.output<I>>) => Promise<K extends 'write' ? Written<N, z.input<O>> : z.input<O>>;
}

export interface Verb<
  Name extends string = string,
  K extends Kind = Kind,
  N extends Need = Need,
  I extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
> {
  (ctx: Context, input: z.input<I>): Promise<z.output<O>>;
  readonly verb: Name;
  readonly kind: K;
  readonly needs: N;
  readonly input: I;
  readonly output: O;
}

/**
 * Makes a verb: parses the input, checks who may, opens the tenant's transaction (read-only for a read verb; joined when called from another verb),
 * runs, writes the audit row in that transaction, parses the output, maps errors. Nothing of this can be forgotten in a verb.
 *
 * @throws MargayError only; its message is for the caller.
 */
export function verb<
  const Name extends string,
  K extends Kind,
  N extends Need,
  I extends z.ZodType,
  O extends z.ZodType,
>(definition: VerbDefinition<Name, K, N, I, O>): Verb<Name, K, N, I, O> {
  const { name, kind, needs, input, output } = definition;
  const call = async (ctx: Context, raw: z.input<I>): Promise<z.output<O>> => {
    try {
      const parsed = parseInput(input, raw);
      admit(needs, ctx);
      await definition.before?.(ctx, parsed);
      // The output is parsed before the commit: an answer of the wrong shape takes the write back.
      return await withTransaction(ctx, kind, async (open) =>
        output.parse(await perform(definition, ctx, open, parsed)),
      );
    } catch (error) {
      throw toMargayError(error, { verb: name, conflict: definition.conflict });
    }
  };
  return Object.assign(call, { verb: name, kind, needs, input, output });
}

async function perform<K extends Kind, N extends Need, I extends z.ZodType, O extends z.ZodType>(
  { kind, name, run }: VerbDefinition<string, K, N, I, O>,
  ctx: Context,
  open: OpenTransaction,
  input: z.output<I>,
): Promise<z.input<O>> {
  const answer = await run({
    ctx: transactionOf.attach(ctx, open),
    // What `admit` has just checked.
    actor: ctx.actor as ActorOf<N>,
    orgId: ctx.orgId as Call<N, unknown>['orgId'],
    input,
    db: open.tx,
    enter: (scope) => open.enter(scope),
  });
  if (kind === 'read') return answer as z.input<O>;
  const { result, audit, announce } = answer as Written<Need, z.input<O>>;
  if (audit === undefined) throw new MargayError('INTERNAL', `${name} told nothing for the audit log`);
  if (!('telemetry' in audit)) await writeAudit(open, ctx, audit, uuid7(ctx.now.getTime()));
  if (announce) open.announcements.push(announce);
  return result;
}

import 'server-only';
import { type Verb, verbs } from '@margay/services';
import type { TRPCRouterRecord } from '@trpc/server';
import { liveProcedures } from './live.ts';
import { procedure, router } from './trpc.ts';
import { isForBrowser, type VerbRecord } from './verb-router.ts';

/** `cluster.create` → `cluster: {create}`; reads are queries, writes mutations. Verbs parse their input themselves. */
function recordOfVerbs(): VerbRecord {
  const record: Record<string, TRPCRouterRecord> = {};
  for (const verb of Object.values(verbs) as unknown as readonly Verb[]) {
    if (!isForBrowser(verb)) continue;
    const [entity = '', name = ''] = verb.verb.split('.');
    const withInput = procedure.input((raw: unknown) => raw ?? {});
    const run = ({ ctx, input }: { ctx: { verb: Parameters<Verb>[0] }; input: unknown }) => verb(ctx.verb, input);
    record[entity] = {
      ...record[entity],
      [name]: verb.kind === 'read' ? withInput.query(run) : withInput.mutation(run),
    };
  }
  return record as unknown as VerbRecord;
}

export const appRouter = router({ ...recordOfVerbs(), live: liveProcedures });
export type AppRouter = typeof appRouter;

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { TELEMETRY } from './audit.ts';
import { verb } from './verb.ts';

const base = { name: 'thing.do', input: z.object({}), output: z.object({ ok: z.boolean() }) } as const;

describe('verb (checked by the compiler: this file fails to type-check when a guarantee is gone)', () => {
  it('a write verb without an audit row does not compile', () => {
    verb({
      ...base,
      kind: 'write',
      needs: 'cluster.write',
      // @ts-expect-error a bare result is not enough
      run: async () => ({ ok: true }),
    });
    verb({
      ...base,
      kind: 'write',
      needs: 'cluster.write',
      // @ts-expect-error the audit row is missing
      run: async () => ({ result: { ok: true } }),
    });
    const complete = verb({
      ...base,
      kind: 'write',
      needs: 'cluster.write',
      run: async () => ({ result: { ok: true }, audit: { action: 'thing.done', subject: 'thing' } }),
    });
    expect(complete.verb).toBe('thing.do');
  });

  it('only what agents and jobs report may go unaudited', () => {
    verb({
      ...base,
      kind: 'write',
      needs: 'cluster.write',
      // @ts-expect-error a person's write is always audited
      run: async () => ({ result: { ok: true }, audit: TELEMETRY }),
    });
    const reported = verb({
      ...base,
      kind: 'write',
      needs: 'agent',
      run: async () => ({ result: { ok: true }, audit: TELEMETRY }),
    });
    expect(reported.needs).toBe('agent');
  });

  it('a read verb returns its result as it is', () => {
    const read = verb({ ...base, kind: 'read', needs: 'cluster.read', run: async () => ({ ok: true }) });
    verb({
      ...base,
      kind: 'read',
      needs: 'cluster.read',
      // @ts-expect-error not the output's shape
      run: async () => ({ ok: 'yes' }),
    });
    expect(read.kind).toBe('read');
  });

  it('a tenant verb knows its organisation, a user verb its user', () => {
    verb({
      ...base,
      kind: 'read',
      needs: 'cluster.read',
      run: async ({ orgId }) => ({ ok: orgId.length > 0 }),
    });
    verb({
      ...base,
      kind: 'read',
      needs: 'user',
      // @ts-expect-error may be null
      run: async ({ orgId }) => ({ ok: orgId.length > 0 }),
    });
    const own = verb({ ...base, kind: 'read', needs: 'user', run: async ({ actor }) => ({ ok: actor.userId !== '' }) });
    expect(own.needs).toBe('user');
  });
});

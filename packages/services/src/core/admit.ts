import { MargayError, may } from '@margay/model';
import type { Context } from './context.ts';
import type { Need } from './verb.ts';

const SIGN_IN = 'sign in first';

/**
 * Whether the caller may.
 *
 * @throws MargayError UNAUTHENTICATED, FORBIDDEN, or NOT_FOUND for an organisation one does not belong to: that it exists is not theirs to know.
 */
export function admit(needs: Need, { actor, orgId, role }: Context): void {
  if (needs === 'none') return;
  if (actor.kind === 'nobody') throw new MargayError('UNAUTHENTICATED', SIGN_IN);
  if (needs === 'user' || needs === 'agent' || needs === 'system') {
    if (actor.kind !== needs) throw new MargayError('FORBIDDEN', `this is for ${WHO[needs]} only`);
    if (needs !== 'user' && orgId === null) throw new MargayError('INTERNAL', `${WHO[needs]} without an organisation`);
    return;
  }
  if (orgId === null)
    throw new MargayError('NOT_FOUND', 'there is no such organisation, or you are not a member of it');
  if (actor.kind === 'system') return;
  if (actor.kind === 'agent') throw new MargayError('FORBIDDEN', 'an agent may not do this');
  if (role === null) throw new MargayError('NOT_FOUND', 'there is no such organisation, or you are not a member of it');
  if (!may(role, needs))
    throw new MargayError('FORBIDDEN', `your role here is ${role}: ask an owner or admin of the organisation`, {
      details: { permission: needs },
    });
}

const WHO = { user: 'people', agent: 'agents', system: 'jobs' } as const;

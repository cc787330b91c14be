import { type ClusterId, MargayError, type OrgId } from '@margay/model';
import type { Session } from '../session/read-session.ts';
import type { Context, Deps } from './context.ts';

export interface CallMeta {
  readonly requestId: string;
  readonly now: Date;
  /** See {@link Context}. */
  readonly address?: string;
}

/** Nobody: for sign-up and enrolment. */
export function nobodyContext(deps: Deps, meta: CallMeta): Context {
  return { actor: { kind: 'nobody' }, orgId: null, role: null, deps, ...meta };
}

/**
 * The person of a session that was just read, in the organisation of that slug or id (null: in none, for their own account).
 *
 * @throws MargayError NOT_FOUND for an organisation that is not theirs.
 */
export function userContext(deps: Deps, session: Session, org: string | null, meta: CallMeta): Context {
  const { id: userId, name, email } = session.user;
  const actor = { kind: 'user', userId, name, email, sessionId: session.sessionId } as const;
  if (org === null) return { actor, orgId: null, role: null, deps, ...meta };
  const found = session.orgs.find(({ id, slug }) => slug === org || id === org);
  if (!found) throw new MargayError('NOT_FOUND', 'there is no such organisation, or you are not a member of it');
  return { actor, orgId: found.id, role: found.role, deps, ...meta };
}

/** An agent that `admitAgent` let in. */
export function agentContext(
  deps: Deps,
  admitted: { orgId: OrgId; clusterId: ClusterId; credentialId: string },
  meta: CallMeta,
): Context {
  const { orgId, clusterId, credentialId } = admitted;
  return { actor: { kind: 'agent', clusterId, credentialId }, orgId, role: null, deps, ...meta };
}

/** A job of the worker, for the one organisation it is about. */
export function systemContext(deps: Deps, { orgId, name }: { orgId: OrgId; name: string }, meta: CallMeta): Context {
  return { actor: { kind: 'system', name }, orgId, role: null, deps, ...meta };
}

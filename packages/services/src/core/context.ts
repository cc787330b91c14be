import type { Database } from '@margay/db';
import type { FlowStore } from '@margay/flowstore';
import type { Topic } from '@margay/jobs';
import type { ClusterId, OrgId, Role, UserId } from '@margay/model';

/** A person, signed in. */
export interface UserActor {
  readonly kind: 'user';
  readonly userId: UserId;
  readonly name: string;
  readonly email: string;
  /** Row id of the session that the request came with; null where there is none (a command of the operator). */
  readonly sessionId: string | null;
}
/** An agent that was admitted by its credential: its cluster is proved, so no input names it. */
export interface AgentActor {
  readonly kind: 'agent';
  readonly clusterId: ClusterId;
  readonly credentialId: string;
}
/** Margay itself: a job of the worker. */
export interface SystemActor {
  readonly kind: 'system';
  readonly name: string;
}
/** Nobody yet: sign-up, enrolment. */
export interface NobodyActor {
  readonly kind: 'nobody';
}
export type Actor = UserActor | AgentActor | SystemActor | NobodyActor;

/** What verbs need of the queue. */
export interface Jobs {
  /** Puts the cluster's recommendations in the queue; one that waits already is enough. */
  requestRecommendations(scope: { readonly orgId: OrgId; readonly clusterId: ClusterId }): Promise<void>;
}

/** Made once a process. */
export interface Deps {
  readonly db: Database;
  readonly flowStore: FlowStore;
  readonly jobs: Jobs;
  /** Origin that browsers and agents reach the console by, without a slash at the end. */
  readonly publicUrl: string;
  /** Tells all processes, by the bus; called after the commit. Without it they notice when their caches end. */
  readonly announce?: (topic: Topic, key: string) => void;
}

/** Who calls, for which organisation, when. Made by the edge (a request, a job) from what it proved, never from input. */
export interface Context {
  readonly actor: Actor;
  readonly orgId: OrgId | null;
  /** The user's role in that organisation; null for others. */
  readonly role: Role | null;
  readonly requestId: string;
  readonly now: Date;
  /** The caller's address, as the edge knows it; none for what comes over no network. */
  readonly address?: string;
  readonly deps: Deps;
}

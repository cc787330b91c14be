import { signUp } from './account/sign-up.ts';
import { enrollAgent } from './agent/enroll.ts';
import { listAgents } from './agent/list.ts';
import { recordHeartbeat } from './agent/record-heartbeat.ts';
import { reportTrouble } from './agent/report-trouble.ts';
import { listAudit } from './audit/list.ts';
import { addDemoCluster } from './cluster/add-demo.ts';
import { connectState } from './cluster/connect-state.ts';
import { createCluster } from './cluster/create.ts';
import { createInstallToken } from './cluster/create-install-token.ts';
import { deleteCluster } from './cluster/delete.ts';
import { getCluster } from './cluster/get.ts';
import { listClusters } from './cluster/list.ts';
import { listCredentials } from './cluster/list-credentials.ts';
import { revokeCredential } from './cluster/revoke-credential.ts';
import { getGraph } from './flow/graph.ts';
import { listFlows } from './flow/list.ts';
import { getTimeline } from './flow/timeline.ts';
import { describeInstall } from './install/describe.ts';
import { getInventory } from './inventory/get.ts';
import { storeInventory } from './inventory/store.ts';
import { addMember } from './member/add.ts';
import { changeRole } from './member/change-role.ts';
import { listMembers } from './member/list.ts';
import { removeMember } from './member/remove.ts';
import { createOrg } from './org/create.ts';
import { listMyOrgs } from './org/list-mine.ts';
import { renameOrg } from './org/rename.ts';
import { getRecommendation } from './recommendation/get.ts';
import { listRecommendations } from './recommendation/list.ts';
import { requestRecommendations } from './recommendation/request.ts';
import { storeRecommendations } from './recommendation/store.ts';
import { endAllSessions } from './session/end-all-sessions.ts';
import { endSession } from './session/end-session.ts';
import { listWorkloads } from './workload/list.ts';

/** Every verb by its name: tRPC, REST and the suite that calls each as another tenant are made from this. */
export const verbs = {
  'account.signUp': signUp,
  'account.signOut': endSession,
  'account.signOutEverywhere': endAllSessions,
  'org.create': createOrg,
  'org.listMine': listMyOrgs,
  'org.rename': renameOrg,
  'member.list': listMembers,
  'member.add': addMember,
  'member.changeRole': changeRole,
  'member.remove': removeMember,
  'audit.list': listAudit,
  'cluster.create': createCluster,
  'cluster.addDemo': addDemoCluster,
  'cluster.list': listClusters,
  'cluster.get': getCluster,
  'cluster.delete': deleteCluster,
  'cluster.createInstallToken': createInstallToken,
  'cluster.connectState': connectState,
  'cluster.listCredentials': listCredentials,
  'cluster.revokeCredential': revokeCredential,
  'agent.list': listAgents,
  'workload.list': listWorkloads,
  'flow.graph': getGraph,
  'flow.list': listFlows,
  'flow.timeline': getTimeline,
  'recommendation.list': listRecommendations,
  'recommendation.get': getRecommendation,
  'recommendation.request': requestRecommendations,
  'install.describe': describeInstall,
  'agent.enroll': enrollAgent,
  'agent.reportTrouble': reportTrouble,
  'agent.recordHeartbeat': recordHeartbeat,
  'inventory.store': storeInventory,
  'inventory.get': getInventory,
  'recommendation.store': storeRecommendations,
} as const;

export type Verbs = typeof verbs;
export type VerbName = keyof Verbs;

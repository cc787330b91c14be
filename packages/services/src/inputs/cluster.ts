import { ClusterId } from '@margay/model';
import { z } from 'zod';

export const ClusterInput = z.object({ clusterId: ClusterId });
export const CreateClusterInput = z.object({
  name: z
    .string()
    .trim()
    .min(1, 'name the cluster')
    .max(63, 'use at most 63 characters')
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9._ -]*$/, 'use letters, digits, dot, dash, underscore or space'),
});
/** waiting: nobody enrolled yet. connected: an agent called within 60 s. silent: none did. */
export const ClusterState = z.enum(['waiting', 'connected', 'silent']);
export const ClusterView = z.object({
  id: ClusterId,
  name: z.string(),
  state: ClusterState,
  createdAt: z.date(),
  kubernetesVersion: z.string().nullable(),
  lastSeenAt: z.date().nullable(),
  nodes: z.number().int(),
  agents: z.object({ alive: z.number().int(), total: z.number().int() }),
  workloads: z.number().int(),
  lastFlowAt: z.date().nullable(),
  /** Recorded traffic that is played. */
  isDemo: z.boolean(),
});
export type ClusterView = z.infer<typeof ClusterView>;
export const ListClustersOutput = z.array(ClusterView);

/** A token is shown once, when it is made. */
export const CreateInstallTokenOutput = z.object({
  tokenId: z.uuid(),
  token: z.string(),
  expiresAt: z.date(),
  installUrl: z.string(),
  kubectlLine: z.string(),
  labLine: z.string(),
  /** False while the public origin is loopback: a real cluster cannot reach it, so the page shows the remedy instead of the kubectl line. */
  reachable: z.boolean(),
  publicUrl: z.string(),
});
export type CreateInstallTokenOutput = z.infer<typeof CreateInstallTokenOutput>;

export const CHECK_STEPS = ['token', 'agent', 'inventory', 'flow'] as const;
export const CheckStep = z.object({
  step: z.enum(CHECK_STEPS),
  state: z.enum(['waiting', 'done', 'failed']),
  at: z.date().nullable(),
  /** One line of fact: "Kubernetes v1.34.4, 3 nodes". */
  detail: z.string(),
  /** What to do, where it failed or has waited long; commands are shown with a copy button. */
  remedy: z.object({ text: z.string(), command: z.string().nullable() }).nullable(),
});
export const ConnectStateOutput = z.object({
  cluster: ClusterView,
  token: z.object({
    state: z.enum(['none', 'unused', 'used', 'expired']),
    expiresAt: z.date().nullable(),
    usedAt: z.date().nullable(),
  }),
  steps: z.array(CheckStep),
});
export type ConnectStateOutput = z.infer<typeof ConnectStateOutput>;

export const AgentView = z.object({
  node: z.string(),
  role: z.enum(['node', 'cluster']),
  agentVersion: z.string(),
  kernel: z.string(),
  dataplane: z.string(),
  lastSeenAt: z.date(),
  alive: z.boolean(),
  taps: z.object({ active: z.number(), halfBlind: z.number(), failed: z.number(), problems: z.array(z.string()) }),
  spoolBytes: z.number(),
  rssBytes: z.number(),
});
export const ListAgentsOutput = z.array(AgentView);

/** Workloads with what protects them: feeds rings on the graph and the overview. */
export const WorkloadView = z.object({
  key: z.string(),
  namespace: z.string(),
  kind: z.string(),
  name: z.string(),
  pods: z.number().int(),
  podNames: z.array(z.string()),
  hostNetwork: z.boolean(),
  ingressPolicies: z.array(z.string()),
  egressPolicies: z.array(z.string()),
});
export type WorkloadView = z.infer<typeof WorkloadView>;
export const ListWorkloadsOutput = z.array(WorkloadView);

/** A lasting credential of the cluster's agents; never its secret. */
export const CredentialView = z.object({
  id: z.uuid(),
  createdAt: z.date(),
  lastUsedAt: z.date().nullable(),
  revokedAt: z.date().nullable(),
});
export const ListCredentialsOutput = z.array(CredentialView);
export const RevokeCredentialInput = z.object({ clusterId: ClusterId, credentialId: z.uuid() });

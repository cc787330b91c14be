-- Made by Prisma from ../../schema (npm script `migration:new` of this room), then completed by hand below the line.
-- CreateTable
CREATE TABLE "users" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "user_passwords" (
    "user_id" UUID NOT NULL,
    "hash" TEXT NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "user_passwords_pkey" PRIMARY KEY ("user_id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "address" TEXT NOT NULL,
    "user_agent" TEXT NOT NULL,

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account_log" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "action" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB,
    "request_id" TEXT NOT NULL,

    CONSTRAINT "account_log_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "clusters" (
    "org_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),
    "enrolled_at" TIMESTAMPTZ(3),
    "uid" TEXT,
    "kubernetes_version" TEXT,

    CONSTRAINT "clusters_pkey" PRIMARY KEY ("org_id","id")
);

-- CreateTable
CREATE TABLE "install_tokens" (
    "org_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "cluster_id" UUID NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "credential_id" UUID,
    "used_by_uid" TEXT,

    CONSTRAINT "install_tokens_pkey" PRIMARY KEY ("org_id","id")
);

-- CreateTable
CREATE TABLE "agent_credentials" (
    "org_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "cluster_id" UUID NOT NULL,
    "secret_hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "agent_credentials_pkey" PRIMARY KEY ("org_id","id")
);

-- CreateTable
CREATE TABLE "agents" (
    "org_id" UUID NOT NULL,
    "cluster_id" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "node" TEXT NOT NULL,
    "boot_id" TEXT NOT NULL,
    "agent_version" TEXT NOT NULL,
    "kernel" TEXT NOT NULL,
    "dataplane" TEXT NOT NULL,
    "taps" JSONB NOT NULL,
    "spool_bytes" DOUBLE PRECISION NOT NULL,
    "rss_bytes" DOUBLE PRECISION NOT NULL,
    "cpu_seconds" DOUBLE PRECISION NOT NULL,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "agents_pkey" PRIMARY KEY ("org_id","cluster_id","role","node")
);

-- CreateTable
CREATE TABLE "cluster_inventory" (
    "org_id" UUID NOT NULL,
    "cluster_id" UUID NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "sent_at" TIMESTAMPTZ(3) NOT NULL,
    "agent_version" TEXT NOT NULL,
    "kubernetes_version" TEXT NOT NULL,
    "problems" JSONB NOT NULL,
    "namespaces" JSONB NOT NULL,
    "workloads" JSONB NOT NULL,
    "pods" JSONB NOT NULL,
    "services" JSONB NOT NULL,
    "endpoint_slices" JSONB NOT NULL,
    "nodes" JSONB NOT NULL,
    "policies" JSONB NOT NULL,
    "workload_views" JSONB NOT NULL,
    "node_count" INTEGER NOT NULL,
    "workload_count" INTEGER NOT NULL,
    "pod_count" INTEGER NOT NULL,

    CONSTRAINT "cluster_inventory_pkey" PRIMARY KEY ("org_id","cluster_id")
);

-- CreateTable
CREATE TABLE "orgs" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "orgs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "memberships" (
    "org_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "memberships_pkey" PRIMARY KEY ("org_id","user_id")
);

-- CreateTable
CREATE TABLE "audit_log" (
    "org_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "actor_name" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB,
    "request_id" TEXT NOT NULL,

    CONSTRAINT "audit_log_pkey" PRIMARY KEY ("org_id","id")
);

-- CreateTable
CREATE TABLE "recommendations" (
    "org_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "cluster_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "namespace" TEXT NOT NULL,
    "workloads" JSONB NOT NULL,
    "refusal" TEXT,
    "policy" JSONB,
    "yaml" TEXT,
    "rules" JSONB NOT NULL,
    "notes" JSONB NOT NULL,
    "left_out" JSONB NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "ingress_rules" INTEGER NOT NULL,
    "egress_rules" INTEGER NOT NULL,
    "connections" DOUBLE PRECISION NOT NULL,
    "computed_at" TIMESTAMPTZ(3) NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,
    "observed_from_ms" DOUBLE PRECISION NOT NULL,
    "observed_to_ms" DOUBLE PRECISION NOT NULL,
    "lost_flows" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "recommendations_pkey" PRIMARY KEY ("org_id","id")
);

-- CreateTable
CREATE TABLE "recommendation_runs" (
    "org_id" UUID NOT NULL,
    "cluster_id" UUID NOT NULL,
    "requested_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "recommendation_runs_pkey" PRIMARY KEY ("org_id","cluster_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");

-- CreateIndex
CREATE INDEX "sessions_user_id_idx" ON "sessions"("user_id");

-- CreateIndex
CREATE INDEX "account_log_user_id_at_idx" ON "account_log"("user_id", "at");

-- CreateIndex
CREATE UNIQUE INDEX "install_tokens_token_hash_key" ON "install_tokens"("token_hash");

-- CreateIndex
CREATE INDEX "install_tokens_org_id_cluster_id_created_at_idx" ON "install_tokens"("org_id", "cluster_id", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "agent_credentials_id_key" ON "agent_credentials"("id");

-- CreateIndex
CREATE INDEX "agent_credentials_org_id_cluster_id_idx" ON "agent_credentials"("org_id", "cluster_id");

-- CreateIndex
CREATE UNIQUE INDEX "orgs_slug_key" ON "orgs"("slug");

-- CreateIndex
CREATE INDEX "memberships_user_id_idx" ON "memberships"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "recommendations_org_id_cluster_id_key_key" ON "recommendations"("org_id", "cluster_id", "key");

-- AddForeignKey
ALTER TABLE "user_passwords" ADD CONSTRAINT "user_passwords_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account_log" ADD CONSTRAINT "account_log_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "clusters" ADD CONSTRAINT "clusters_org_id_fkey" FOREIGN KEY ("org_id") REFERENCES "orgs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "install_tokens" ADD CONSTRAINT "install_tokens_org_id_cluster_id_fkey" FOREIGN KEY ("org_id", "cluster_id") REFERENCES "clusters"("org_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "install_tokens" ADD CONSTRAINT "install_tokens_org_id_credential_id_fkey" FOREIGN KEY ("org_id", "credential_id") REFERENCES "agent_credentials"("org_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "agent_credentials" ADD CONSTRAINT "agent_credentials_org_id_cluster_id_fkey" FOREIGN KEY ("org_id", "cluster_id") REFERENCES "clusters"("org_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agents" ADD CONSTRAINT "agents_org_id_cluster_id_fkey" FOREIGN KEY ("org_id", "cluster_id") REFERENCES "clusters"("org_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "cluster_inventory" ADD CONSTRAINT "cluster_inventory_org_id_cluster_id_fkey" FOREIGN KEY ("org_id", "cluster_id") REFERENCES "clusters"("org_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_org_id_fkey" FOREIGN KEY ("org_id") REFERENCES "orgs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit_log" ADD CONSTRAINT "audit_log_org_id_fkey" FOREIGN KEY ("org_id") REFERENCES "orgs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "recommendations" ADD CONSTRAINT "recommendations_org_id_cluster_id_fkey" FOREIGN KEY ("org_id", "cluster_id") REFERENCES "clusters"("org_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "recommendation_runs" ADD CONSTRAINT "recommendation_runs_org_id_cluster_id_fkey" FOREIGN KEY ("org_id", "cluster_id") REFERENCES "clusters"("org_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- ---------------------------------------------------------------- by hand: what Prisma's model cannot say

ALTER TABLE memberships ADD CONSTRAINT memberships_role_known CHECK (role IN ('owner', 'admin', 'editor', 'viewer'));
ALTER TABLE agents ADD CONSTRAINT agents_role_known CHECK (role IN ('node', 'cluster'));
ALTER TABLE users ADD CONSTRAINT users_email_lower CHECK (email = lower(email));
ALTER TABLE install_tokens ADD CONSTRAINT install_tokens_hash_sha256 CHECK (octet_length(token_hash) = 32);
ALTER TABLE agent_credentials ADD CONSTRAINT agent_credentials_hash_sha256 CHECK (octet_length(secret_hash) = 32);

-- A name is free again once its cluster is deleted.
CREATE UNIQUE INDEX clusters_org_id_name_live ON clusters (org_id, lower(name)) WHERE deleted_at IS NULL;

-- Who may see and do what. The roles exist before any migration runs (migrate.ts makes them).
--   margay_app     the console's, ingest's and the worker's verbs: owns nothing, sees the rows of app.org and app.user
--   margay_gate    cannot log in: owns the few functions that must look before a tenant is known, and may read just what they need
--   margay_ingest, margay_rollup, margay_queue: nothing here (flow tables and the queue have their own migrations)

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO margay_app, margay_gate;

-- ---------------------------------------------------------------- row-level security, forced: the owner is no exception

ALTER TABLE users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE user_passwords ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE account_log ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE orgs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE memberships ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE clusters ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE install_tokens ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE agent_credentials ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE agents ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE cluster_inventory ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE recommendations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE recommendation_runs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- Rows of a tenant. An unset setting is NULL, and NULL equals nothing.
CREATE POLICY tenant ON clusters USING (org_id = nullif(current_setting('app.org', true), '')::uuid);
CREATE POLICY tenant ON install_tokens USING (org_id = nullif(current_setting('app.org', true), '')::uuid);
CREATE POLICY tenant ON agent_credentials USING (org_id = nullif(current_setting('app.org', true), '')::uuid);
CREATE POLICY tenant ON agents USING (org_id = nullif(current_setting('app.org', true), '')::uuid);
CREATE POLICY tenant ON cluster_inventory USING (org_id = nullif(current_setting('app.org', true), '')::uuid);
CREATE POLICY tenant ON recommendations USING (org_id = nullif(current_setting('app.org', true), '')::uuid);
CREATE POLICY tenant ON recommendation_runs USING (org_id = nullif(current_setting('app.org', true), '')::uuid);
CREATE POLICY tenant ON audit_log USING (org_id = nullif(current_setting('app.org', true), '')::uuid);
CREATE POLICY tenant ON memberships USING (org_id = nullif(current_setting('app.org', true), '')::uuid);
CREATE POLICY tenant ON orgs USING (id = nullif(current_setting('app.org', true), '')::uuid);

-- A person's own rows, whatever the organisation.
CREATE POLICY own ON sessions USING (user_id = nullif(current_setting('app.user', true), '')::uuid);
CREATE POLICY own ON account_log USING (user_id = nullif(current_setting('app.user', true), '')::uuid);
CREATE POLICY own ON user_passwords USING (user_id = nullif(current_setting('app.user', true), '')::uuid);
CREATE POLICY own ON users USING (id = nullif(current_setting('app.user', true), '')::uuid);
CREATE POLICY own ON memberships FOR SELECT USING (user_id = nullif(current_setting('app.user', true), '')::uuid);
CREATE POLICY own ON orgs FOR SELECT USING (EXISTS (
  SELECT FROM memberships m WHERE m.org_id = orgs.id AND m.user_id = nullif(current_setting('app.user', true), '')::uuid));

-- Members of one organisation see each other's names.
CREATE POLICY fellow ON users FOR SELECT USING (EXISTS (
  SELECT FROM memberships m WHERE m.user_id = users.id AND m.org_id = nullif(current_setting('app.org', true), '')::uuid));

-- ---------------------------------------------------------------- what the application may do with what it sees

GRANT SELECT, INSERT, UPDATE (name) ON users TO margay_app;
GRANT INSERT ON user_passwords TO margay_app;
GRANT SELECT, INSERT, UPDATE (ended_at) ON sessions TO margay_app;
GRANT SELECT, INSERT ON account_log, audit_log TO margay_app;
GRANT SELECT, INSERT, UPDATE (name) ON orgs TO margay_app;
GRANT SELECT, INSERT, UPDATE (role), DELETE ON memberships TO margay_app;
GRANT SELECT, INSERT, UPDATE (name, deleted_at, enrolled_at, uid, kubernetes_version) ON clusters TO margay_app;
GRANT SELECT (org_id, id, cluster_id, created_at, expires_at, used_at, credential_id, used_by_uid),
  INSERT, UPDATE (used_at, credential_id, used_by_uid) ON install_tokens TO margay_app;
GRANT SELECT (org_id, id, cluster_id, created_at, revoked_at, last_used_at),
  INSERT, UPDATE (revoked_at) ON agent_credentials TO margay_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON agents, cluster_inventory, recommendations TO margay_app;
GRANT SELECT, INSERT, UPDATE ON recommendation_runs TO margay_app;

-- ---------------------------------------------------------------- gate: what happens before a tenant is known

CREATE SCHEMA gate;
REVOKE ALL ON SCHEMA gate FROM PUBLIC;
GRANT USAGE ON SCHEMA gate TO margay_app, margay_ingest;
-- Needed to hand the functions over; taken back below.
GRANT CREATE, USAGE ON SCHEMA gate TO margay_gate;

CREATE POLICY gate ON users FOR SELECT TO margay_gate USING (true);
CREATE POLICY gate ON user_passwords FOR SELECT TO margay_gate USING (true);
CREATE POLICY gate ON sessions FOR SELECT TO margay_gate USING (true);
CREATE POLICY gate ON orgs FOR SELECT TO margay_gate USING (true);
CREATE POLICY gate ON memberships FOR SELECT TO margay_gate USING (true);
CREATE POLICY gate ON clusters FOR SELECT TO margay_gate USING (true);
CREATE POLICY gate ON install_tokens FOR SELECT TO margay_gate USING (true);
CREATE POLICY gate ON agent_credentials TO margay_gate USING (true);
GRANT SELECT (id, email, name) ON users TO margay_gate;
GRANT SELECT (user_id, hash) ON user_passwords TO margay_gate;
GRANT SELECT (id, user_id, expires_at, ended_at) ON sessions TO margay_gate;
GRANT SELECT (id, name, slug, created_at) ON orgs TO margay_gate;
GRANT SELECT (org_id, user_id, role) ON memberships TO margay_gate;
GRANT SELECT (org_id, id, name, deleted_at) ON clusters TO margay_gate;
GRANT SELECT (org_id, id, cluster_id, token_hash, expires_at, used_at) ON install_tokens TO margay_gate;
GRANT SELECT (org_id, id, cluster_id, secret_hash, revoked_at, last_used_at), UPDATE (last_used_at)
  ON agent_credentials TO margay_gate;

-- The hash to check a password against; no row for an unknown address.
CREATE FUNCTION gate.sign_in(address text)
RETURNS TABLE (user_id uuid, name text, password_hash text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT u.id, u.name, p.hash
  FROM public.users u JOIN public.user_passwords p ON p.user_id = u.id
  WHERE u.email = address
$$;

-- Who a live session belongs to, and their organisations: one round trip a request. No row once ended or expired.
CREATE FUNCTION gate.session(session uuid, at timestamptz)
RETURNS TABLE (user_id uuid, email text, name text, expires_at timestamptz, orgs jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT u.id, u.email, u.name, s.expires_at, coalesce((
    SELECT jsonb_agg(jsonb_build_object('id', o.id, 'slug', o.slug, 'name', o.name, 'role', m.role) ORDER BY o.created_at, o.id)
    FROM public.memberships m JOIN public.orgs o ON o.id = m.org_id
    WHERE m.user_id = u.id), '[]'::jsonb)
  FROM public.sessions s JOIN public.users u ON u.id = s.user_id
  WHERE s.id = session AND s.ended_at IS NULL AND s.expires_at > at
$$;

-- The account behind an address, to make them a member.
CREATE FUNCTION gate.user_by_email(address text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT u.id FROM public.users u WHERE u.email = address
$$;

-- What an install token stands for, also when used, expired, or its cluster deleted.
CREATE FUNCTION gate.install_token(hash bytea)
RETURNS TABLE (token_id uuid, org_id uuid, cluster_id uuid, cluster_name text, cluster_deleted boolean, expires_at timestamptz, used_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT t.id, t.org_id, t.cluster_id, c.name, c.deleted_at IS NOT NULL, t.expires_at, t.used_at
  FROM public.install_tokens t JOIN public.clusters c ON c.org_id = t.org_id AND c.id = t.cluster_id
  WHERE t.token_hash = hash
$$;

-- Admission of an agent's request: the secret's SHA-256 is compared here and never leaves. Notes the use, to the minute.
CREATE FUNCTION gate.admit_agent(credential uuid, hash bytea, at timestamptz)
RETURNS TABLE (org_id uuid, cluster_id uuid, cluster_name text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE public.agent_credentials a SET last_used_at = at
  WHERE a.id = credential AND a.secret_hash = hash AND a.revoked_at IS NULL
    AND (a.last_used_at IS NULL OR a.last_used_at < at - interval '1 minute');
  RETURN QUERY
    SELECT a.org_id, a.cluster_id, c.name
    FROM public.agent_credentials a JOIN public.clusters c ON c.org_id = a.org_id AND c.id = a.cluster_id
    WHERE a.id = credential AND a.secret_hash = hash AND a.revoked_at IS NULL AND c.deleted_at IS NULL;
END
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA gate FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gate.sign_in(text), gate.session(uuid, timestamptz), gate.user_by_email(text), gate.install_token(bytea),
  gate.admit_agent(uuid, bytea, timestamptz) TO margay_app;
GRANT EXECUTE ON FUNCTION gate.admit_agent(uuid, bytea, timestamptz) TO margay_ingest;

ALTER FUNCTION gate.sign_in(text) OWNER TO margay_gate;
ALTER FUNCTION gate.session(uuid, timestamptz) OWNER TO margay_gate;
ALTER FUNCTION gate.user_by_email(text) OWNER TO margay_gate;
ALTER FUNCTION gate.install_token(bytea) OWNER TO margay_gate;
ALTER FUNCTION gate.admit_agent(uuid, bytea, timestamptz) OWNER TO margay_gate;
REVOKE CREATE ON SCHEMA gate FROM margay_gate;

-- A demo cluster: recorded traffic that the worker plays. An organisation has one at most.
-- AlterTable
ALTER TABLE "clusters" ADD COLUMN "is_demo" BOOLEAN NOT NULL DEFAULT false;

CREATE UNIQUE INDEX clusters_one_demo ON clusters (org_id) WHERE is_demo AND deleted_at IS NULL;

-- Which clusters the worker plays. Like gate.live_clusters it crosses tenants and gives ids and nothing else.
GRANT SELECT (is_demo) ON clusters TO margay_gate;
GRANT CREATE ON SCHEMA gate TO margay_gate;

CREATE FUNCTION gate.demo_clusters()
RETURNS TABLE (org_id uuid, cluster_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT c.org_id, c.id FROM public.clusters c WHERE c.deleted_at IS NULL AND c.is_demo ORDER BY c.id
$$;

REVOKE ALL ON FUNCTION gate.demo_clusters() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gate.demo_clusters() TO margay_app;
ALTER FUNCTION gate.demo_clusters() OWNER TO margay_gate;
REVOKE CREATE ON SCHEMA gate FROM margay_gate;

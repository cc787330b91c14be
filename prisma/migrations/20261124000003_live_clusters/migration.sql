-- Which clusters a schedule is about. It crosses tenants by nature, so it gives ids and nothing else; what is done for each runs in its tenant's scope.
GRANT SELECT (enrolled_at) ON clusters TO margay_gate;
GRANT CREATE ON SCHEMA gate TO margay_gate;

CREATE FUNCTION gate.live_clusters()
RETURNS TABLE (org_id uuid, cluster_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT c.org_id, c.id FROM public.clusters c WHERE c.deleted_at IS NULL AND c.enrolled_at IS NOT NULL ORDER BY c.id
$$;

REVOKE ALL ON FUNCTION gate.live_clusters() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gate.live_clusters() TO margay_app;
ALTER FUNCTION gate.live_clusters() OWNER TO margay_gate;
REVOKE CREATE ON SCHEMA gate FROM margay_gate;

-- Definitions of peers: counted for the quota of a cluster, and deleted once nothing refers to them any more.
--
-- A process of ingest keeps the ids it has seen (packages/flowstore/src/postgres/append/known-peers.ts) for half a day and asks for no definition of those. So a
-- peer that nothing refers to is marked first, and deleted a day later if it is marked still; whoever asks for it by known_peers takes the mark away. What is
-- deleted is therefore in no such memory, and is asked for when it comes back.

ALTER TABLE flow.peers ADD COLUMN unused_since timestamptz;
-- When the cluster's peers were looked through last.
ALTER TABLE flow.frontiers ADD COLUMN swept_at timestamptz;

CREATE OR REPLACE FUNCTION flow.known_peers(org uuid, cluster uuid, ids bigint[])
RETURNS TABLE (id bigint, text_check bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- In one order, so that none waits in a circle.
  PERFORM FROM flow.peers p WHERE p.org_id = org AND p.cluster_id = cluster AND p.id = ANY (ids) AND p.unused_since IS NOT NULL
    ORDER BY p.id FOR UPDATE;
  IF FOUND THEN
    UPDATE flow.peers p SET unused_since = NULL
      WHERE p.org_id = org AND p.cluster_id = cluster AND p.id = ANY (ids) AND p.unused_since IS NOT NULL;
  END IF;
  RETURN QUERY SELECT p.id, p.text_check FROM flow.peers p
    WHERE p.org_id = org AND p.cluster_id = cluster AND p.id = ANY (ids);
END
$$;

-- How many definitions the cluster has; counts no further than `at_most`.
CREATE FUNCTION flow.count_peers(org uuid, cluster uuid, at_most integer) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT count(*)::integer FROM (
    SELECT FROM flow.peers p WHERE p.org_id = org AND p.cluster_id = cluster LIMIT at_most) counted
$$;

-- Looks through the peers of the cluster that was not looked through for longest, if that was a day ago: marks those that nothing refers to, deletes those marked for a
-- day. References are the edges of 31 days (every level's rows are among them) and raw rows that are not rolled up yet. Null where no cluster is due.
CREATE FUNCTION flow.sweep_peers(at timestamptz) RETURNS TABLE (marked bigint, deleted bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  f flow.frontiers;
BEGIN
  SELECT * INTO f FROM flow.frontiers t WHERE t.swept_at IS NULL OR t.swept_at < at - interval '1 day'
    ORDER BY t.swept_at NULLS FIRST LIMIT 1 FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN RETURN; END IF;
  UPDATE flow.frontiers t SET swept_at = at WHERE t.org_id = f.org_id AND t.cluster_id = f.cluster_id;
  RETURN QUERY
    WITH used AS MATERIALIZED (
      SELECT unnest(ARRAY[e.src, e.dst, e.service]) AS id FROM flow.edge_1h e
      WHERE e.org_id = f.org_id AND e.cluster_id = f.cluster_id
      UNION
      SELECT unnest(ARRAY[r.src, r.dst, r.service]) FROM flow.flow_5s r
      WHERE r.org_id = f.org_id AND r.cluster_id = f.cluster_id AND r.received_at >= (SELECT c.rolled_to FROM flow.cursor c)
    ), gone AS (
      DELETE FROM flow.peers p WHERE p.org_id = f.org_id AND p.cluster_id = f.cluster_id
        AND p.unused_since < at - interval '1 day' AND NOT EXISTS (SELECT FROM used u WHERE u.id = p.id) RETURNING 1
    ), changed AS (
      UPDATE flow.peers p SET unused_since = CASE WHEN p.unused_since IS NULL THEN at END
      WHERE p.org_id = f.org_id AND p.cluster_id = f.cluster_id AND p.created_at < at - interval '1 day'
        AND (p.unused_since IS NULL) = NOT EXISTS (SELECT FROM used u WHERE u.id = p.id) RETURNING p.unused_since
    )
    SELECT (SELECT count(*) FROM changed c WHERE c.unused_since IS NOT NULL), (SELECT count(*) FROM gone);
END
$$;

REVOKE ALL ON FUNCTION flow.count_peers(uuid, uuid, integer), flow.sweep_peers(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION flow.count_peers(uuid, uuid, integer) TO margay_ingest;
GRANT EXECUTE ON FUNCTION flow.sweep_peers(timestamptz) TO margay_rollup;

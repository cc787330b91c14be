/** Rows of flow.flow_5s with what its columns pack taken apart: a relation for a FROM clause, named `raw`. The planner folds it into the query around it. */
export const RAW_SQL = `(
  SELECT received_at, org_id, cluster_id, (slot >> 32)::integer AS window_no, src, dst, service, trace, (slot & 4294967295)::integer AS kind,
    1::float8 AS flows, bytes_fwd, (packets >> 32)::float8 AS packets_fwd, bytes_rev, (packets & 4294967295)::float8 AS packets_rev,
    (connections >> 32)::float8 AS started, (connections & 4294967295)::float8 AS completed,
    (slot >> 32) * 5000::float8 + (seen >> 32) AS first_seen_ms, (slot >> 32) * 5000::float8 + ((seen << 32) >> 32) AS last_seen_ms, addresses
  FROM flow.flow_5s) raw`;

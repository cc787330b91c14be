-- The flow store, PostgreSQL engine: packages/flowstore/README.md says how it works. Nothing here is in Prisma's model.
--
--   raw      flow_5s            partitioned by ARRIVAL, kept an hour; COPY goes straight into a partition
--   levels   flow_1m, flow_1h   partitioned by EVENT time, with the policy trace
--            edge_1h            without it
--
-- Facts form a commutative monoid (sums, minima, maxima, bounded unions), so late and repeated-window data just add.
-- `kind` packs what a filter seldom asks for: protocol << 20 | port << 4 | reporter << 3 | action << 2 | evidence (indices as in @margay/model).
-- Raw rows pack pairs of 32-bit numbers into one column, since COPY's time goes with the number of columns; RAW_SQL of packages/flowstore takes them apart.
-- Counters are doubles: exact to 2^53, which is what JavaScript reads, and no sum of hostile values can raise an error that would stop the roll-up of all tenants.
--
--   margay_app     reads through the parents, filtered by row-level security on app.org; no grant on any partition
--   margay_ingest  inserts, and copies into raw partitions; reads nothing (COPY is refused on a table with row-level security, hence none on partitions)
--   margay_rollup  reads raw, writes levels; makes and drops partitions by the functions below, which only it may call

CREATE SCHEMA flow;
REVOKE ALL ON SCHEMA flow FROM PUBLIC;
GRANT USAGE ON SCHEMA flow TO margay_app, margay_ingest, margay_rollup;

-- ---------------------------------------------------------------- tables

CREATE TABLE flow.flow_5s (
  received_at timestamptz NOT NULL,
  src         bigint NOT NULL,
  dst         bigint NOT NULL,
  service     bigint NOT NULL,
  trace       bigint NOT NULL,
  bytes_fwd   double precision NOT NULL,
  bytes_rev   double precision NOT NULL,
  -- Upper and lower 32 bits: forward and reverse.
  packets     bigint NOT NULL,
  -- First and last seen, ms from the start of the window, signed.
  seen        bigint NOT NULL,
  -- Started and completed.
  connections bigint NOT NULL,
  -- Event time as windows of 5 s since 1970, and kind.
  slot        bigint NOT NULL,
  org_id      uuid NOT NULL,
  cluster_id  uuid NOT NULL,
  -- Sorted, separated by a space, at most 16; '' for none (a NULL would cost a bitmap a row).
  addresses   text NOT NULL
) PARTITION BY RANGE (received_at);
-- Rows come in the order of this column: a block range index costs next to nothing on COPY, a B-tree a third of the speed.
CREATE INDEX flow_5s_received ON flow.flow_5s USING brin (received_at) WITH (pages_per_range = 16, autosummarize = on);

CREATE TABLE flow.flow_1m (
  org_id        uuid NOT NULL,
  cluster_id    uuid NOT NULL,
  bucket        timestamptz NOT NULL,
  src           bigint NOT NULL,
  dst           bigint NOT NULL,
  service       bigint NOT NULL,
  trace         bigint NOT NULL,
  kind          integer NOT NULL,
  -- Raw rows that were added up.
  flows         double precision NOT NULL,
  bytes_fwd     double precision NOT NULL,
  packets_fwd   double precision NOT NULL,
  bytes_rev     double precision NOT NULL,
  packets_rev   double precision NOT NULL,
  started       double precision NOT NULL,
  completed     double precision NOT NULL,
  first_seen_ms double precision NOT NULL,
  last_seen_ms  double precision NOT NULL,
  addresses     text NOT NULL,
  PRIMARY KEY (org_id, cluster_id, bucket, src, dst, kind, service, trace)
) PARTITION BY RANGE (bucket);

CREATE TABLE flow.flow_1h (LIKE flow.flow_1m INCLUDING ALL) PARTITION BY RANGE (bucket);

CREATE TABLE flow.edge_1h (
  org_id        uuid NOT NULL,
  cluster_id    uuid NOT NULL,
  bucket        timestamptz NOT NULL,
  src           bigint NOT NULL,
  dst           bigint NOT NULL,
  service       bigint NOT NULL,
  kind          integer NOT NULL,
  flows         double precision NOT NULL,
  bytes_fwd     double precision NOT NULL,
  packets_fwd   double precision NOT NULL,
  bytes_rev     double precision NOT NULL,
  packets_rev   double precision NOT NULL,
  started       double precision NOT NULL,
  completed     double precision NOT NULL,
  first_seen_ms double precision NOT NULL,
  last_seen_ms  double precision NOT NULL,
  PRIMARY KEY (org_id, cluster_id, bucket, src, dst, kind, service)
) PARTITION BY RANGE (bucket);

-- An immutable version of a peer. `text_check` holds bits 64–127 of the SHA-256 whose first 64 are the id: equal id and other check is a collision.
CREATE TABLE flow.peers (
  org_id     uuid NOT NULL,
  cluster_id uuid NOT NULL,
  id         bigint NOT NULL,
  text_check bigint NOT NULL,
  kind       text NOT NULL,
  namespace  text NOT NULL,
  name       text NOT NULL,
  peer       json NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, cluster_id, id)
);

-- A batch id is counted once for as long as its row is kept.
CREATE TABLE flow.batches (
  org_id        uuid NOT NULL,
  cluster_id    uuid NOT NULL,
  id            uuid NOT NULL,
  received_at   timestamptz NOT NULL,
  rows          integer NOT NULL,
  -- Event time of its facts; null in a batch without rows.
  first_seen_ms double precision,
  last_seen_ms  double precision,
  node          text NOT NULL,
  PRIMARY KEY (org_id, cluster_id, id)
);
CREATE INDEX batches_received ON flow.batches (received_at);

CREATE TABLE flow.losses (
  org_id      uuid NOT NULL,
  cluster_id  uuid NOT NULL,
  received_at timestamptz NOT NULL,
  since_ms    double precision NOT NULL,
  until_ms    double precision NOT NULL,
  node        text NOT NULL,
  kind        text NOT NULL,
  count       double precision NOT NULL
);
CREATE INDEX losses_time ON flow.losses (org_id, cluster_id, until_ms);
CREATE INDEX losses_received ON flow.losses (received_at);

-- Written by the roll-up alone, so that agents of one cluster never wait for each other's row; what came since stands in batches.
CREATE TABLE flow.frontiers (
  org_id        uuid NOT NULL,
  cluster_id    uuid NOT NULL,
  rows          double precision NOT NULL,
  first_seen_ms double precision NOT NULL,
  last_seen_ms  double precision NOT NULL,
  PRIMARY KEY (org_id, cluster_id)
);

-- Clusters whose flows are hidden at once and cleared in the background.
CREATE TABLE flow.forgotten (
  org_id       uuid NOT NULL,
  cluster_id   uuid NOT NULL,
  forgotten_at timestamptz NOT NULL DEFAULT now(),
  cleared_at   timestamptz,
  PRIMARY KEY (org_id, cluster_id)
);

-- Arrivals before rolled_to are in the levels. Readers take levels and raw rows since rolled_to in one snapshot.
CREATE TABLE flow.cursor (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  rolled_to timestamptz NOT NULL
);
INSERT INTO flow.cursor (rolled_to) VALUES (date_bin('5 seconds', now(), 'epoch'));

-- One row a partitioned table: length of a partition, how long it is kept, how far ahead it is made, and from where on it is complete:
-- older partitions are gone, and the roll-up puts nothing there, so that late data cannot make partitions without end.
CREATE TABLE flow.levels (
  name    text PRIMARY KEY,
  step    interval NOT NULL,
  keep    interval NOT NULL,
  ahead   interval NOT NULL,
  horizon timestamptz NOT NULL DEFAULT 'epoch'
);
INSERT INTO flow.levels (name, step, keep, ahead) VALUES
  ('flow_5s', '10 minutes', '70 minutes', '2 hours'),
  ('flow_1m', '1 hour', '26 hours', '1 hour'),
  ('flow_1h', '1 day', '31 days', '1 hour'),
  ('edge_1h', '1 day', '31 days', '1 hour');
UPDATE flow.levels SET horizon = date_bin(step, now() - keep, 'epoch') WHERE name <> 'flow_5s';

CREATE TABLE flow.partitions (
  level   text NOT NULL REFERENCES flow.levels,
  name    text PRIMARY KEY,
  from_at timestamptz NOT NULL,
  to_at   timestamptz NOT NULL,
  UNIQUE (level, from_at)
);

-- ---------------------------------------------------------------- bounded union of address sets

-- The 16 smallest of both: commutative, associative, idempotent.
CREATE FUNCTION flow.merge_addresses(a text, b text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF a = b OR b = '' THEN RETURN a; END IF;
  IF a = '' THEN RETURN b; END IF;
  RETURN (SELECT string_agg(x, ' ' ORDER BY x) FROM (
    SELECT DISTINCT x COLLATE "C" AS x FROM unnest(string_to_array(a || ' ' || b, ' ')) x ORDER BY 1 LIMIT 16) s);
END
$$;
CREATE AGGREGATE flow.union_addresses(text) (SFUNC = flow.merge_addresses, STYPE = text, PARALLEL = SAFE);

-- ---------------------------------------------------------------- walls

ALTER TABLE flow.flow_5s ENABLE ROW LEVEL SECURITY;
ALTER TABLE flow.flow_1m ENABLE ROW LEVEL SECURITY;
ALTER TABLE flow.flow_1h ENABLE ROW LEVEL SECURITY;
ALTER TABLE flow.edge_1h ENABLE ROW LEVEL SECURITY;
ALTER TABLE flow.peers ENABLE ROW LEVEL SECURITY;
ALTER TABLE flow.batches ENABLE ROW LEVEL SECURITY;
ALTER TABLE flow.losses ENABLE ROW LEVEL SECURITY;
ALTER TABLE flow.frontiers ENABLE ROW LEVEL SECURITY;
ALTER TABLE flow.forgotten ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenant ON flow.flow_5s FOR SELECT TO margay_app USING (org_id = nullif(current_setting('app.org', true), '')::uuid);
CREATE POLICY tenant ON flow.flow_1m FOR SELECT TO margay_app USING (org_id = nullif(current_setting('app.org', true), '')::uuid);
CREATE POLICY tenant ON flow.flow_1h FOR SELECT TO margay_app USING (org_id = nullif(current_setting('app.org', true), '')::uuid);
CREATE POLICY tenant ON flow.edge_1h FOR SELECT TO margay_app USING (org_id = nullif(current_setting('app.org', true), '')::uuid);
CREATE POLICY tenant ON flow.peers FOR SELECT TO margay_app USING (org_id = nullif(current_setting('app.org', true), '')::uuid);
CREATE POLICY tenant ON flow.batches FOR SELECT TO margay_app USING (org_id = nullif(current_setting('app.org', true), '')::uuid);
CREATE POLICY tenant ON flow.losses FOR SELECT TO margay_app USING (org_id = nullif(current_setting('app.org', true), '')::uuid);
CREATE POLICY tenant ON flow.frontiers FOR SELECT TO margay_app USING (org_id = nullif(current_setting('app.org', true), '')::uuid);
CREATE POLICY tenant ON flow.forgotten TO margay_app USING (org_id = nullif(current_setting('app.org', true), '')::uuid);
GRANT SELECT ON flow.flow_5s, flow.flow_1m, flow.flow_1h, flow.edge_1h, flow.peers, flow.batches, flow.losses, flow.frontiers,
  flow.cursor, flow.levels TO margay_app;
GRANT SELECT, INSERT ON flow.forgotten TO margay_app;

CREATE POLICY ingest ON flow.peers FOR INSERT TO margay_ingest WITH CHECK (true);
CREATE POLICY ingest ON flow.losses FOR INSERT TO margay_ingest WITH CHECK (true);
GRANT INSERT ON flow.peers, flow.losses TO margay_ingest;

CREATE POLICY rollup ON flow.flow_5s FOR SELECT TO margay_rollup USING (true);
CREATE POLICY rollup ON flow.batches FOR SELECT TO margay_rollup USING (true);
CREATE POLICY rollup ON flow.flow_1m TO margay_rollup USING (true) WITH CHECK (true);
CREATE POLICY rollup ON flow.flow_1h TO margay_rollup USING (true) WITH CHECK (true);
CREATE POLICY rollup ON flow.edge_1h TO margay_rollup USING (true) WITH CHECK (true);
CREATE POLICY rollup ON flow.frontiers TO margay_rollup USING (true) WITH CHECK (true);
GRANT SELECT ON flow.flow_5s, flow.batches, flow.levels TO margay_rollup;
GRANT SELECT, INSERT, UPDATE ON flow.flow_1m, flow.flow_1h, flow.edge_1h, flow.frontiers TO margay_rollup;
GRANT SELECT, UPDATE ON flow.cursor TO margay_rollup;

-- ---------------------------------------------------------------- ingest

-- Opens a batch in the caller's transaction: counts its id, and says when and into which partition it arrives.
--
-- Arrival is this server's clock, in slots of 5 s. A shared lock on the slot is held to the end of the transaction and the clock is read again after it is taken,
-- so that the roll-up, which takes the same lock exclusively once the slot is over, never closes a slot before each of its rows is visible.
-- `part` is null where no partition stands ready (nobody has run the upkeep for two hours).
CREATE FUNCTION flow.open_batch(org uuid, cluster uuid, batch uuid, node text, row_count integer, first_ms double precision, last_ms double precision)
RETURNS TABLE (arrived timestamptz, part text, duplicate boolean, counted integer, gone boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  slot integer;
BEGIN
  LOOP
    slot := floor(date_part('epoch', clock_timestamp()) / 5);
    PERFORM pg_advisory_xact_lock_shared(1718382455, slot);
    arrived := clock_timestamp();
    EXIT WHEN floor(date_part('epoch', arrived) / 5) = slot;
  END LOOP;
  INSERT INTO flow.batches AS b (org_id, cluster_id, id, received_at, rows, first_seen_ms, last_seen_ms, node)
    SELECT org, cluster, batch, arrived, row_count, first_ms, last_ms, open_batch.node
    WHERE NOT EXISTS (SELECT FROM flow.forgotten f WHERE f.org_id = org AND f.cluster_id = cluster)
    ON CONFLICT DO NOTHING;
  duplicate := NOT FOUND;
  counted := row_count;
  gone := false;
  SELECT p.name INTO part FROM flow.partitions p WHERE p.level = 'flow_5s' AND p.from_at = date_bin('10 minutes', arrived, 'epoch');
  IF duplicate THEN
    gone := EXISTS (SELECT FROM flow.forgotten f WHERE f.org_id = org AND f.cluster_id = cluster);
    SELECT b.rows INTO counted FROM flow.batches b WHERE b.org_id = org AND b.cluster_id = cluster AND b.id = batch;
  END IF;
  RETURN NEXT;
END
$$;

-- Which of these ids the cluster has a definition for.
CREATE FUNCTION flow.known_peers(org uuid, cluster uuid, ids bigint[])
RETURNS TABLE (id bigint, text_check bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT p.id, p.text_check FROM flow.peers p WHERE p.org_id = org AND p.cluster_id = cluster AND p.id = ANY (ids)
$$;

-- ---------------------------------------------------------------- upkeep

-- The partition of `level` that holds `at`; made where it is missing. Attached, not created in place: that lets readers of the parent go on.
CREATE FUNCTION flow.ensure_partition(level text, at timestamptz) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  l flow.levels;
  starts_at timestamptz;
  part text;
BEGIN
  SELECT * INTO STRICT l FROM flow.levels WHERE name = level;
  starts_at := date_bin(l.step, at, 'epoch');
  SELECT p.name INTO part FROM flow.partitions p WHERE p.level = l.name AND p.from_at = starts_at;
  IF FOUND THEN RETURN part; END IF;
  PERFORM pg_advisory_xact_lock(1718382456, 0);
  part := l.name || '_' || to_char(starts_at AT TIME ZONE 'UTC', CASE WHEN l.step < '1 day' THEN 'YYYYMMDD_HH24MI' ELSE 'YYYYMMDD' END);
  INSERT INTO flow.partitions VALUES (l.name, part, starts_at, starts_at + l.step) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN RETURN part; END IF;
  EXECUTE format('CREATE TABLE flow.%I (LIKE flow.%I INCLUDING DEFAULTS)', part, l.name);
  IF l.name = 'flow_5s' THEN
    EXECUTE format('ALTER TABLE flow.%I SET (autovacuum_freeze_min_age = 0)', part);
    EXECUTE format('GRANT INSERT ON flow.%I TO margay_ingest', part);
  ELSE
    -- The current bucket is updated every few seconds: room on its pages keeps those updates off the index.
    EXECUTE format('ALTER TABLE flow.%I SET (fillfactor = 70)', part);
  END IF;
  EXECUTE format('ALTER TABLE flow.%I ATTACH PARTITION flow.%I FOR VALUES FROM (%L) TO (%L)', l.name, part, starts_at, starts_at + l.step);
  RETURN part;
END
$$;

-- Makes partitions ahead of `at`, drops those past their time. A raw partition that is not rolled up yet is never dropped.
CREATE FUNCTION flow.upkeep(at timestamptz) RETURNS TABLE (action text, part text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  l flow.levels;
  p flow.partitions;
  rolled_to timestamptz;
BEGIN
  -- Not beside a roll-up: the two take locks on the same tables in different orders.
  SELECT c.rolled_to INTO rolled_to FROM flow.cursor c FOR UPDATE;
  FOR l IN SELECT * FROM flow.levels ORDER BY name LOOP
    FOR nth IN 0 .. ceil(extract(epoch FROM l.ahead) / extract(epoch FROM l.step))::int LOOP
      CONTINUE WHEN EXISTS (SELECT FROM flow.partitions q WHERE q.level = l.name AND q.from_at = date_bin(l.step, at, 'epoch') + nth * l.step);
      action := 'created';
      part := flow.ensure_partition(l.name, date_bin(l.step, at, 'epoch') + nth * l.step);
      RETURN NEXT;
    END LOOP;
    UPDATE flow.levels v SET horizon = greatest(v.horizon, date_bin(v.step,
      CASE v.name WHEN 'flow_5s' THEN least(at - v.keep, rolled_to) ELSE at - v.keep END, 'epoch'))
      WHERE v.name = l.name RETURNING * INTO l;
    FOR p IN SELECT * FROM flow.partitions q WHERE q.level = l.name AND q.to_at <= l.horizon ORDER BY q.from_at LOOP
      EXECUTE format('DROP TABLE flow.%I', p.name);
      DELETE FROM flow.partitions q WHERE q.name = p.name;
      action := 'dropped';
      part := p.name;
      RETURN NEXT;
    END LOOP;
  END LOOP;
  -- Small tables, a few rows a second: deleted, not partitioned (a batch id must be unique over all of them).
  DELETE FROM flow.batches b WHERE b.received_at < at - interval '3 days' AND b.received_at < rolled_to;
  DELETE FROM flow.losses x WHERE x.received_at < at - interval '31 days';
END
$$;

-- Clears forgotten clusters from the long-lived tables, a bounded number of rows a call; raw rows go with their partitions.
CREATE FUNCTION flow.clear_forgotten(rows_max integer) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  f flow.forgotten;
  target text;
  done bigint;
  total bigint := 0;
BEGIN
  FOR f IN SELECT * FROM flow.forgotten WHERE cleared_at IS NULL LOOP
    FOREACH target IN ARRAY ARRAY['flow_1m', 'flow_1h', 'edge_1h', 'losses', 'frontiers', 'peers'] LOOP
      EXECUTE format(
        'DELETE FROM flow.%1$I WHERE (tableoid, ctid) IN (SELECT tableoid, ctid FROM flow.%1$I WHERE org_id = $1 AND cluster_id = $2 LIMIT $3)', target)
        USING f.org_id, f.cluster_id, greatest(rows_max - total, 0);
      GET DIAGNOSTICS done = ROW_COUNT;
      total := total + done;
    END LOOP;
    EXIT WHEN total >= rows_max;
    -- Not before every raw row of it is rolled up or gone, or the roll-up would bring some back.
    UPDATE flow.forgotten g SET cleared_at = now()
      WHERE g.org_id = f.org_id AND g.cluster_id = f.cluster_id AND g.forgotten_at < now() - interval '2 hours';
  END LOOP;
  RETURN total;
END
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA flow FROM PUBLIC;
GRANT EXECUTE ON FUNCTION flow.merge_addresses(text, text), flow.union_addresses(text) TO margay_app, margay_rollup;
GRANT EXECUTE ON FUNCTION flow.open_batch(uuid, uuid, uuid, text, integer, double precision, double precision),
  flow.known_peers(uuid, uuid, bigint[]) TO margay_ingest;
GRANT EXECUTE ON FUNCTION flow.ensure_partition(text, timestamptz), flow.upkeep(timestamptz), flow.clear_forgotten(integer) TO margay_rollup;

SELECT flow.upkeep(now());

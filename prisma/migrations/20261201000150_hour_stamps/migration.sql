-- What changed since, so that readers need not add up a day again every few seconds. Stamps are the arrival up to which the roll-up had come that made the change:
-- they only grow.

-- Of an edge's hour. Without an index: who asks looks at the newest hour, which is short of rows and hot.
ALTER TABLE flow.edge_1h ADD COLUMN touched_at timestamptz NOT NULL DEFAULT '-infinity';

-- When the roll-up last put something into an hour of a cluster: whether a sum of whole hours still holds. An hour without a stamp was last changed before this table was.
CREATE TABLE flow.hour_stamps (
  org_id     uuid NOT NULL,
  cluster_id uuid NOT NULL,
  bucket     timestamptz NOT NULL,
  touched_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, cluster_id, bucket)
);
ALTER TABLE flow.hour_stamps ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON flow.hour_stamps FOR SELECT TO margay_app USING (org_id = nullif(current_setting('app.org', true), '')::uuid);
CREATE POLICY rollup ON flow.hour_stamps TO margay_rollup USING (true) WITH CHECK (true);
GRANT SELECT ON flow.hour_stamps TO margay_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON flow.hour_stamps TO margay_rollup;

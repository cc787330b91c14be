-- Attempts at the doors that nobody has signed in at yet (signing in, signing up), counted for all processes in one place.
-- A key is the SHA-256 of door, rule and what is counted: neither an e-mail nor an address of anybody stands here.
-- CreateTable
CREATE TABLE "attempts" (
    "key" BYTEA NOT NULL,
    "count" INTEGER NOT NULL,
    "until_at" TIMESTAMPTZ(3) NOT NULL,
    "refused" BOOLEAN NOT NULL,

    CONSTRAINT "attempts_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE INDEX "attempts_until_at_idx" ON "attempts"("until_at");

-- By hand from here: no role but the gate touches it.
ALTER TABLE attempts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY gate ON attempts TO margay_gate USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON attempts TO margay_gate;
GRANT CREATE ON SCHEMA gate TO margay_gate;

-- Counts one attempt under every key, unless one of them is at its maximum: then none is counted, and the answer says how long to wait
-- and whether this is the first refusal of that window. Windows begin with their first attempt. Rows are locked in the order of their keys.
CREATE FUNCTION gate.take_attempt(keys bytea[], maxima integer[], lasts interval, at timestamptz)
RETURNS TABLE (wait_seconds integer, first boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- What is over goes a little at a time: a flood pays for its own cleaning.
  DELETE FROM public.attempts a WHERE a.key IN (
    SELECT o.key FROM public.attempts o WHERE o.until_at <= at AND o.key <> ALL (keys) LIMIT 20 FOR UPDATE SKIP LOCKED);
  INSERT INTO public.attempts AS a (key, count, until_at, refused)
    SELECT k, 1, at + lasts, false FROM unnest(keys) k ORDER BY k
    ON CONFLICT (key) DO UPDATE SET
      count = CASE WHEN a.until_at <= at THEN 1 ELSE a.count + 1 END,
      until_at = CASE WHEN a.until_at <= at THEN excluded.until_at ELSE a.until_at END,
      refused = a.refused AND a.until_at > at;
  SELECT ceil(extract(epoch FROM max(a.until_at) - at)), NOT bool_or(a.refused) INTO wait_seconds, first
    FROM unnest(keys, maxima) AS r (key, maximum) JOIN public.attempts a ON a.key = r.key WHERE a.count > r.maximum;
  IF wait_seconds IS NULL THEN RETURN; END IF;
  UPDATE public.attempts a SET count = a.count - 1, refused = a.refused OR a.count > r.maximum
    FROM unnest(keys, maxima) AS r (key, maximum) WHERE a.key = r.key;
  RETURN NEXT;
END
$$;

-- An attempt that succeeded: forgotten under some keys, taken back under others.
CREATE FUNCTION gate.settle_attempt(forgotten bytea[], taken_back bytea[])
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM FROM public.attempts a WHERE a.key = ANY (forgotten || taken_back) ORDER BY a.key FOR UPDATE;
  DELETE FROM public.attempts a WHERE a.key = ANY (forgotten);
  UPDATE public.attempts a SET count = greatest(a.count - 1, 0) WHERE a.key = ANY (taken_back);
END
$$;

REVOKE ALL ON FUNCTION gate.take_attempt(bytea[], integer[], interval, timestamptz), gate.settle_attempt(bytea[], bytea[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gate.take_attempt(bytea[], integer[], interval, timestamptz), gate.settle_attempt(bytea[], bytea[]) TO margay_app;
ALTER FUNCTION gate.take_attempt(bytea[], integer[], interval, timestamptz) OWNER TO margay_gate;
ALTER FUNCTION gate.settle_attempt(bytea[], bytea[]) OWNER TO margay_gate;
REVOKE CREATE ON SCHEMA gate FROM margay_gate;

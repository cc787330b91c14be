-- What of the connections that a workload was seen to have a recommendation lets through. Null: made before it was counted, or nothing to recommend.
ALTER TABLE "recommendations" ADD COLUMN "coverage" JSONB;

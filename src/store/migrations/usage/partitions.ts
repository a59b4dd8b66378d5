/** Usage in partitions of a month, by when requests started (UTC): made ahead, dropped as a whole. */
export const usagePartitions: readonly string[] = [
  // The foreign key of feedback needs a unique request id, which a table in partitions cannot promise by itself.
  'ALTER TABLE feedback DROP CONSTRAINT feedback_request_id_fkey',
  'ALTER TABLE usage RENAME TO usage_before',
  'ALTER TABLE usage_before DROP CONSTRAINT usage_pkey',
  ...['started', 'key', 'organization'].map((name) => `ALTER INDEX usage_${name} RENAME TO usage_before_${name}`),
  `CREATE TABLE usage (LIKE usage_before INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)
    PARTITION BY RANGE (started_at)`,
  // A request has one beginning, so that this is as good as the id alone; the check of the ledger looks for doubles.
  'ALTER TABLE usage ADD CONSTRAINT usage_pkey PRIMARY KEY (request_id, started_at)',
  'CREATE INDEX usage_started ON usage (started_at DESC, request_id DESC)',
  'CREATE INDEX usage_key ON usage (key_id, started_at DESC, request_id DESC)',
  'CREATE INDEX usage_organization ON usage (organization_id, started_at DESC, request_id DESC)',
  // Whatever a wrong clock says, a row has a place.
  'CREATE TABLE usage_default PARTITION OF usage DEFAULT',
  `CREATE TABLE usage_partitions (
    name text PRIMARY KEY,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL CHECK (until > since)
  )`,
  // One row. Rows of requests that started before since may be gone.
  `CREATE TABLE usage_kept (id int PRIMARY KEY DEFAULT 1 CHECK (id = 1), since timestamptz NOT NULL)`,
  `INSERT INTO usage_kept (since) VALUES ('-infinity')`,
  `CREATE FUNCTION usage_month(at timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
    SELECT date_trunc('month', at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
  $$`,
  `CREATE FUNCTION next_usage_month(at timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
    SELECT (date_trunc('month', at AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC'
  $$`,
  /** Rows of the month that came before its partition move into it. False: the month has one. */
  `CREATE FUNCTION make_usage_partition(at timestamptz) RETURNS boolean LANGUAGE plpgsql
    SET search_path FROM CURRENT AS $$
  DECLARE
    first timestamptz := usage_month(at);
    after timestamptz := next_usage_month(at);
    partition text := 'usage_' || to_char(first AT TIME ZONE 'UTC', 'YYYY_MM');
  BEGIN
    -- Locked before the question, so that two instances do not both answer no.
    LOCK TABLE usage_partitions IN SHARE ROW EXCLUSIVE MODE;
    IF EXISTS (SELECT 1 FROM usage_partitions p WHERE p.since < after AND p.until > first) THEN RETURN false; END IF;
    EXECUTE format('CREATE TABLE %I (LIKE usage INCLUDING ALL)', partition);
    -- In the order in which a writer takes them: the table, then its partition.
    LOCK TABLE ONLY usage IN SHARE UPDATE EXCLUSIVE MODE;
    LOCK TABLE usage_default IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('INSERT INTO %I SELECT * FROM usage_default WHERE started_at >= $1 AND started_at < $2', partition)
      USING first, after;
    DELETE FROM usage_default WHERE started_at >= first AND started_at < after;
    EXECUTE format('ALTER TABLE usage ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', partition, first, after);
    INSERT INTO usage_partitions (name, since, until) VALUES (partition, first, after);
    RETURN true;
  END $$`,
  // What was there stays where it is: only its key is made anew. What is dated after this month goes to the others.
  `DO $$
  DECLARE
    after timestamptz := next_usage_month(now());
  BEGIN
    IF EXISTS (SELECT 1 FROM usage_before) THEN
      INSERT INTO usage_default SELECT * FROM usage_before WHERE started_at >= after;
      DELETE FROM usage_before WHERE started_at >= after;
      ALTER TABLE usage_before ADD CONSTRAINT usage_before_pkey PRIMARY KEY (request_id, started_at);
      EXECUTE format('ALTER TABLE usage ATTACH PARTITION usage_before FOR VALUES FROM (MINVALUE) TO (%L)', after);
      INSERT INTO usage_partitions (name, since, until) VALUES ('usage_before', '-infinity', after);
    ELSE
      DROP TABLE usage_before CASCADE;
    END IF;
    PERFORM make_usage_partition(now() + make_interval(months => ahead)) FROM generate_series(0, 3) AS ahead;
  END $$`,
];

CREATE TABLE run (
  run_id INTEGER PRIMARY KEY,
  command TEXT NOT NULL,
  config TEXT NOT NULL,
  config_sha256 TEXT NOT NULL,
  program_version TEXT NOT NULL,
  seed INTEGER,
  started_at TEXT NOT NULL,
  ended_at TEXT,
  counts TEXT
, unit TEXT, done INTEGER, seconds REAL) STRICT;
CREATE TABLE source (
  source_id INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL CHECK (role IN ('train', 'meta', 'dev', 'test')),
  column_order TEXT NOT NULL,
  image_root TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  line_count INTEGER NOT NULL DEFAULT 0,
  byte_count INTEGER NOT NULL DEFAULT 0,
  is_complete INTEGER NOT NULL DEFAULT 0,
  run_id INTEGER NOT NULL REFERENCES run
, shards TEXT, lines_read INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE image (
  image_id INTEGER PRIMARY KEY,
  sha256 BLOB NOT NULL UNIQUE,
  format TEXT,
  width INTEGER,
  height INTEGER,
  shard INTEGER,
  shard_row INTEGER,
  reason TEXT,
  detail TEXT, perceptual_hash INTEGER, near_group INTEGER,
  CHECK ((shard IS NULL) = (shard_row IS NULL)),
  CHECK (shard IS NULL OR reason IS NULL)
) STRICT;
CREATE TABLE location (
  location_id INTEGER PRIMARY KEY,
  digest BLOB NOT NULL,
  first_pair_id INTEGER NOT NULL,
  is_remote INTEGER NOT NULL,
  image_id INTEGER,
  reason TEXT,
  detail TEXT,
  run_id INTEGER REFERENCES run
, variant INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE pair (
  pair_id INTEGER PRIMARY KEY,
  source_id INTEGER NOT NULL REFERENCES source,
  line INTEGER NOT NULL,
  key BLOB NOT NULL,
  occurrence INTEGER NOT NULL,
  caption TEXT,
  url TEXT,
  line_ending INTEGER NOT NULL,
  location_id INTEGER,
  reason TEXT,
  detail TEXT
) STRICT;
CREATE UNIQUE INDEX pair_by_line ON pair (source_id, line);
CREATE UNIQUE INDEX pair_by_key ON pair (key, source_id, occurrence);
CREATE TABLE raw_line (
  pair_id INTEGER PRIMARY KEY REFERENCES pair ON DELETE CASCADE,
  bytes BLOB,
  byte_offset INTEGER NOT NULL,
  byte_count INTEGER NOT NULL
) STRICT;
CREATE TABLE model (
  model_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE score (
  model_id INTEGER NOT NULL REFERENCES model,
  pair_id INTEGER NOT NULL,
  similarity_a REAL NOT NULL,
  similarity_b REAL,
  similarity REAL NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run,
  PRIMARY KEY (model_id, pair_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE decision_set (
  run_id INTEGER PRIMARY KEY REFERENCES run,
  model_id INTEGER NOT NULL REFERENCES model,
  rule TEXT NOT NULL,
  threshold REAL NOT NULL,
  parameters TEXT NOT NULL
) STRICT;
CREATE TABLE decision (
  run_id INTEGER NOT NULL REFERENCES decision_set ON DELETE CASCADE,
  pair_id INTEGER NOT NULL,
  is_kept INTEGER NOT NULL CHECK (is_kept IN (0, 1)),
  reason TEXT NOT NULL,
  detail TEXT,
  clean_probability REAL,
  PRIMARY KEY (run_id, pair_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE published (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  model_id INTEGER REFERENCES model,
  decision_run_id INTEGER REFERENCES decision_set
) STRICT;
CREATE TABLE review (
  review_id INTEGER PRIMARY KEY,
  pair_id INTEGER NOT NULL REFERENCES pair,
  verdict TEXT NOT NULL CHECK (verdict IN ('kept', 'rejected', 'withdrawn')),
  note TEXT,
  reviewer TEXT NOT NULL,
  created_at TEXT NOT NULL
, is_merged INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX review_by_pair ON review (pair_id, review_id);
CREATE INDEX image_by_shard ON image (shard, shard_row) WHERE shard IS NOT NULL;
CREATE INDEX image_by_near_group ON image (near_group) WHERE near_group IS NOT NULL;
CREATE TABLE near_grouping (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  radius INTEGER NOT NULL,
  images INTEGER NOT NULL
) STRICT;
CREATE TABLE fetch (
  location_id INTEGER PRIMARY KEY REFERENCES location ON DELETE CASCADE,
  sha256 BLOB,
  reason TEXT,
  detail TEXT,
  http_status INTEGER,
  final_url TEXT,
  content_type TEXT,
  byte_count INTEGER,
  seconds REAL NOT NULL,
  tries INTEGER NOT NULL,
  fetched_at TEXT NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run,
  CHECK ((sha256 IS NULL) = (reason IS NOT NULL))
) STRICT;
CREATE VIEW pair_audit AS
SELECT
  pair.pair_id AS pair_id,
  lower(hex(pair.key))
    || CASE WHEN pair.occurrence > 1 THEN '#' || pair.occurrence ELSE '' END AS key,
  source.path AS source,
  pair.line AS line,
  source.role AS role,
  pair.caption AS caption,
  pair.url AS url,
  nullif(lower(hex(coalesce(image.sha256, fetch.sha256))), '') AS image_sha256,
  image.format AS image_format,
  image.width AS width,
  image.height AS height,
  CASE WHEN image.perceptual_hash <> 0 THEN printf('%016x', image.perceptual_hash) END
    AS perceptual_hash,
  (SELECT lower(hex(first.sha256)) FROM image AS first
   WHERE first.image_id = image.near_group) AS near_group,
  CASE
    WHEN coalesce(pair.reason, fetch.reason, location.reason, image.reason) IS NOT NULL THEN 'failed'
    WHEN source.role <> 'train' THEN 'kept'
    WHEN decision.is_kept = 1 THEN 'kept'
    WHEN decision.is_kept = 0 THEN 'rejected'
    ELSE 'pending'
  END AS status,
  coalesce(
    pair.reason, fetch.reason, location.reason, image.reason,
    CASE WHEN source.role <> 'train' THEN 'trusted' END,
    decision.reason,
    CASE
      WHEN location.is_remote AND location.image_id IS NULL AND fetch.sha256 IS NULL
        THEN 'not_fetched'
    END
  ) AS reason,
  coalesce(pair.detail, fetch.detail, location.detail, image.detail, decision.detail) AS detail,
  fetch.http_status AS http_status,
  run.command AS stage,
  score.similarity_a AS similarity_a,
  score.similarity_b AS similarity_b,
  score.similarity AS similarity,
  decision.clean_probability AS clean_probability,
  CASE WHEN decision.pair_id IS NOT NULL THEN decision_set.threshold END AS threshold,
  model.name AS model_id,
  run.run_id AS run_id,
  coalesce(run.ended_at, run.started_at) AS updated_at
FROM pair
JOIN source ON source.source_id = pair.source_id
JOIN published ON published.only_row = 1
LEFT JOIN location ON location.location_id = pair.location_id
LEFT JOIN fetch ON fetch.location_id = location.location_id
LEFT JOIN image ON image.image_id = location.image_id
LEFT JOIN score
  ON score.model_id = published.model_id AND score.pair_id = pair.pair_id
LEFT JOIN model ON model.model_id = score.model_id
LEFT JOIN decision
  ON decision.run_id = published.decision_run_id AND decision.pair_id = pair.pair_id
LEFT JOIN decision_set ON decision_set.run_id = published.decision_run_id
LEFT JOIN run
  ON run.run_id = coalesce(
    decision.run_id, score.run_id, location.run_id, fetch.run_id, source.run_id);
CREATE VIEW reviewed_pair AS
SELECT
  pair_audit.*,
  review.verdict AS verdict,
  CASE
    WHEN pair_audit.status = 'failed' THEN 'failed'
    WHEN review.verdict IN ('kept', 'rejected') THEN review.verdict
    ELSE pair_audit.status
  END AS final_status,
  CASE
    WHEN pair_audit.status = 'failed' THEN pair_audit.reason
    WHEN review.verdict IN ('kept', 'rejected') AND review.verdict <> pair_audit.status
      THEN 'overruled'
    ELSE pair_audit.reason
  END AS final_reason
FROM pair_audit
LEFT JOIN review ON review.review_id =
  (SELECT max(latest.review_id) FROM review AS latest
   WHERE latest.pair_id = pair_audit.pair_id);
CREATE VIEW purified_pair AS
SELECT
  pair_id, key, source, line, role, caption, url, image_sha256, image_format, width, height,
  perceptual_hash, near_group,
  final_reason AS reason, similarity_a, similarity_b, similarity, clean_probability
FROM reviewed_pair
WHERE final_status = 'kept';
CREATE VIEW fetch_audit AS
SELECT
  location.location_id AS location_id,
  pair.url AS url,
  CASE
    WHEN fetch.reason IS NOT NULL THEN 'failed'
    WHEN fetch.sha256 IS NOT NULL THEN 'fetched'
    ELSE 'pending'
  END AS state,
  fetch.reason AS reason,
  fetch.detail AS detail,
  fetch.http_status AS http_status,
  fetch.final_url AS final_url,
  fetch.content_type AS content_type,
  fetch.byte_count AS bytes,
  nullif(lower(hex(fetch.sha256)), '') AS sha256,
  fetch.seconds AS seconds,
  fetch.tries AS tries,
  fetch.fetched_at AS fetched_at,
  fetch.run_id AS run_id
FROM location
JOIN pair ON pair.pair_id = location.first_pair_id
LEFT JOIN fetch ON fetch.location_id = location.location_id
WHERE location.is_remote;
CREATE TABLE explanation (
  model_id INTEGER NOT NULL REFERENCES model,
  pair_id INTEGER NOT NULL,
  words TEXT NOT NULL,
  known TEXT NOT NULL,
  grounding TEXT NOT NULL,
  attention BLOB NOT NULL,
  region_rows INTEGER,
  region_columns INTEGER,
  fit TEXT CHECK (fit IN ('crop', 'pad')),
  captions TEXT NOT NULL,
  images TEXT NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run,
  PRIMARY KEY (model_id, pair_id),
  CHECK ((region_rows IS NULL) = (region_columns IS NULL)),
  CHECK ((region_rows IS NULL) = (fit IS NULL))
) STRICT;
CREATE UNIQUE INDEX location_by_digest ON location (digest, variant);
CREATE TABLE standing (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  is_current INTEGER NOT NULL CHECK (is_current IN (0, 1)),
  counted_at TEXT NOT NULL,
  counts TEXT NOT NULL
) STRICT;
CREATE VIEW run_audit AS
SELECT
  run_id, command AS stage, program_version, started_at, ended_at, unit, done, seconds,
  CASE WHEN seconds > 0 THEN done / seconds END AS per_second
FROM run;
CREATE VIEW run_outcome AS
SELECT
  run.run_id AS run_id,
  run.command AS stage,
  outcome.key AS reason,
  outcome.value AS count,
  CAST(outcome.value AS REAL) / (SELECT sum(value) FROM json_each(run.counts)) AS share,
  CASE WHEN run.seconds > 0 THEN outcome.value / run.seconds END AS per_second
FROM run
JOIN json_each(run.counts) AS outcome;

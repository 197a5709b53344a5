extension AuditSchema {
  /// Migration 1, tables. Narrow rows joined by integers; what is the same for all lines of a
  /// source, all pairs of an image or all decisions of a run is stored once, there.
  ///
  /// Indexes: `pair_by_line` keeps (source, line) unique and gives manifest order; its inserts go
  /// to the right edge. `pair_by_key` numbers repeats and finds a pair by key; `location_by_digest`
  /// and the image's `sha256` make each file one row. These three take inserts in random order, so
  /// they hold hashes of 16 and 32 bytes instead of text. Scores and decisions are clustered by
  /// (model or run, pair) and written in that order.
  ///
  /// A foreign key is declared where the referring side has an index or its target is never
  /// deleted; elsewhere each deletion would read the whole referring table.
  static let firstTables = """
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
    ) STRICT;

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
    ) STRICT;

    CREATE TABLE image (
      image_id INTEGER PRIMARY KEY,
      sha256 BLOB NOT NULL UNIQUE,
      format TEXT,
      width INTEGER,
      height INTEGER,
      shard INTEGER,
      shard_row INTEGER,
      reason TEXT,
      detail TEXT,
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
    ) STRICT;
    CREATE UNIQUE INDEX location_by_digest ON location (digest);

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
    INSERT INTO published (only_row) VALUES (1);

    CREATE TABLE review (
      review_id INTEGER PRIMARY KEY,
      pair_id INTEGER NOT NULL REFERENCES pair,
      verdict TEXT NOT NULL CHECK (verdict IN ('kept', 'rejected', 'withdrawn')),
      note TEXT,
      reviewer TEXT NOT NULL,
      created_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX review_by_pair ON review (pair_id, review_id);
    """

  /// The index `pair_by_key` again, for a table that was filled without it.
  static let keyIndex = "CREATE UNIQUE INDEX pair_by_key ON pair (key, source_id, occurrence)"
}

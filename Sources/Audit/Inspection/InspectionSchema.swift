import GRDB

/// The tables of the inspection index.
///
/// Each order is an index that begins with the kind: the pairs of some kinds in an order are a merge
/// of as many ranges. `entry_by_similarity` holds the other values too, and those by
/// probability and distance the similarity, since a range of similarities is the one filter that is
/// no kind. `caption` keeps no text and no positions, only which words
/// occur where; its rows go by the pair's number.
enum InspectionSchema {
  /// Marks a file as ours, in SQLite's header: "WNIX" in ASCII.
  static let applicationID: Int64 = 0x574E_4958
  /// A file of another format is made anew.
  static let format: Int64 = 1

  static let tables = """
    CREATE TABLE state (
      only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
      fingerprint TEXT NOT NULL,
      build INTEGER NOT NULL,
      built_at REAL NOT NULL,
      build_seconds REAL NOT NULL
    ) STRICT;

    CREATE VIRTUAL TABLE caption USING fts5(
      text, content='', columnsize=0, detail=none, tokenize='unicode61 remove_diacritics 2');
    INSERT INTO caption (caption, rank) VALUES ('hashsize', 33554432);
    """

  /// What is made anew whenever pairs have changed.
  static let entries = """
    DROP TABLE IF EXISTS entry;
    DROP TABLE IF EXISTS kind;
    DROP TABLE IF EXISTS bar;

    CREATE TABLE kind (
      kind INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      pairs INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE bar (
      kind INTEGER NOT NULL,
      measure INTEGER NOT NULL,
      bar INTEGER NOT NULL,
      pairs INTEGER NOT NULL,
      PRIMARY KEY (kind, measure, bar)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE entry (
      pair_id INTEGER PRIMARY KEY,
      kind INTEGER NOT NULL,
      similarity REAL,
      probability REAL,
      distance REAL,
      shuffle INTEGER NOT NULL,
      picture INTEGER
    ) STRICT;
    """

  /// Made when the entries are there: sorting once costs less than inserting in random order.
  static let indexes = [
    "CREATE INDEX entry_by_kind ON entry (kind)",
    """
    CREATE INDEX entry_by_similarity ON entry
      (kind, similarity, pair_id, probability, distance, shuffle)
    """,
    "CREATE INDEX entry_by_probability ON entry (kind, probability, pair_id, similarity)",
    "CREATE INDEX entry_by_distance ON entry (kind, distance, pair_id, similarity)",
    "CREATE INDEX entry_by_shuffle ON entry (kind, shuffle)",
    "CREATE INDEX entry_by_picture ON entry (picture) WHERE picture IS NOT NULL",
  ]
}

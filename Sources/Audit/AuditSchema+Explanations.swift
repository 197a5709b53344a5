extension AuditSchema {
  /// Migration 5: why a model says of a pair what it says, one row a pair and model, for the pairs
  /// that were asked about.
  ///
  /// Lists are JSON arrays, so that `json_each` reads them; `attention` is a byte for each word and
  /// region, word after word. `region_rows`, `region_columns` and `fit` say where a region lies in
  /// the picture, NULL where regions are no grid. The table has a rowid: its rows are kilobytes long.
  static let explanations = """
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
    """
}

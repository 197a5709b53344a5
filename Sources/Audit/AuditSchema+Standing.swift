extension AuditSchema {
  /// Where all pairs, URLs and images stand, counted when a stage ended, since counting looks at every
  /// pair. Each transaction that changes what is counted clears `is_current`, so that a count that is
  /// current is right, whatever was killed in between.
  static let standing = """
    CREATE TABLE standing (
      only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
      is_current INTEGER NOT NULL CHECK (is_current IN (0, 1)),
      counted_at TEXT NOT NULL,
      counts TEXT NOT NULL
    ) STRICT;
    """
}

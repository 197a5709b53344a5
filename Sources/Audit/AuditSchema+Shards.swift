extension AuditSchema {
  /// Migration 6: manifests of which a workspace holds some shards, and audits made of several.
  ///
  /// `source.shards` is text such as `7/64`, NULL for a whole manifest; `lines_read` is how many lines
  /// of the file were read, of which `line_count` are here. Two shards that share a URL may have
  /// fetched different things: after a merge, such a location has a row for each, told apart by
  /// `variant`, so that every pair keeps the picture that it was scored with. `review.is_merged` says
  /// that a review was brought by a merge, not made here.
  static let shards = """
    ALTER TABLE source ADD COLUMN shards TEXT;
    ALTER TABLE source ADD COLUMN lines_read INTEGER NOT NULL DEFAULT 0;
    UPDATE source SET lines_read = line_count;

    ALTER TABLE location ADD COLUMN variant INTEGER NOT NULL DEFAULT 0;
    DROP INDEX location_by_digest;
    CREATE UNIQUE INDEX location_by_digest ON location (digest, variant);

    ALTER TABLE review ADD COLUMN is_merged INTEGER NOT NULL DEFAULT 0;
    """
}

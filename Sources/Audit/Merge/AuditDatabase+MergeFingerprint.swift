import GRDB
import Pairs

extension AuditDatabase {
  /// Names what a merge takes from this database, from a few rows: every stage that changes pairs
  /// changes its run's counts or end.
  public func mergeFingerprint() throws(AuditError) -> String {
    try read { database in
      var hasher = SHA256Hasher()
      for sql in [
        "SELECT * FROM run ORDER BY run_id",
        "SELECT * FROM source ORDER BY source_id",
        "SELECT * FROM published LEFT JOIN model USING (model_id)",
        "SELECT * FROM decision_set ORDER BY run_id",
        "SELECT count(*), max(review_id) FROM review",
        "SELECT max(pair_id), (SELECT max(location_id) FROM location) FROM pair",
      ] {
        for row in try Row.fetchAll(database, sql: sql) {
          for value in row.databaseValues { hasher.update(Array("\(value)\u{1F}".utf8)) }
          hasher.update(CollectionOfOne(0x1E))
        }
      }
      return hasher.finalize().description
    }
  }
}

import Foundation
import GRDB

extension AuditDatabase {
  /// A new database that is written in one go: without a journal, since after a crash it is made
  /// anew, and without the index of keys, which `finishBulk` makes in the order of keys.
  init(newBulkAt path: String) throws {
    var configuration = Configuration()
    configuration.label = "merge"
    // Rows are checked where they come from, and each refers to what was stored before it.
    configuration.foreignKeysEnabled = false
    configuration.prepareDatabase { database in
      try database.execute(
        sql: """
          PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
          PRAGMA cache_size = -262144; PRAGMA temp_store = FILE
          """)
    }
    self.init(path: path, queue: try DatabaseQueue(path: path, configuration: configuration))
    try AuditSchema.migrator.migrate(queue)
    try queue.write { try $0.execute(sql: "DROP INDEX pair_by_key") }
  }

  /// Makes what is left to make, and brings the file to the disk. The database is closed.
  func finishBulk() throws {
    try queue.write { try $0.execute(sql: AuditSchema.keyIndex) }
    // As every other workspace's is at rest.
    try queue.writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA locking_mode = NORMAL; PRAGMA journal_mode = WAL")
    }
    try queue.close()
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    defer { try? file.close() }
    try file.synchronize()
  }
}

extension AuditDatabase {
  /// Replaces all that is in this database by another's content, in one transaction: whoever reads it
  /// sees either, and reviews wait no longer than the copying takes. Reviews that were made here since
  /// the other was begun go into it first.
  ///
  /// - Parameter other: A finished merge that kept this database's reviews up to `review`.
  public func replace(
    byContentOf other: AuditDatabase, madeAfterReview review: Int64
  ) throws(AuditError) {
    do {
      var known = review
      while true {
        known = try other.adoptReviews(of: self, after: known)
        if try copy(other, ifLastReviewIs: known) { return }
      }
    } catch {
      throw Self.auditError(error, path: path)
    }
  }

  /// The number of the newest review; 0 without any.
  public func lastReview() throws(AuditError) -> Int64 {
    try read { try Int64.fetchOne($0, sql: "SELECT max(review_id) FROM review") ?? 0 }
  }

  private struct NewReview: Error {}

  /// - Returns: Whether it was done: a review that came in between keeps it from being.
  private func copy(_ other: AuditDatabase, ifLastReviewIs review: Int64) throws -> Bool {
    let beside = try AuditDatabase(at: path, access: .reading)
    defer { try? beside.close() }
    var isLocked = false
    do {
      // The first step locks this database for writing. What is smaller than one step is no database.
      try other.queue.backup(to: queue, pagesPerStep: 8) { _ in
        guard !isLocked else { return }
        isLocked = true
        guard try beside.lastReview() == review else { throw NewReview() }
      }
      return true
    } catch is NewReview {
      return false
    }
  }

  /// Takes over reviews that were made in another database of the same pairs.
  ///
  /// - Returns: The number of the newest one there.
  private func adoptReviews(of other: AuditDatabase, after review: Int64) throws -> Int64 {
    let (rows, newest) = try other.queue.read { database in
      (
        try Row.fetchAll(
          database,
          sql: """
            SELECT source.path, pair.line, verdict, CAST(note AS BLOB), CAST(reviewer AS BLOB),
              created_at
            FROM review
            CROSS JOIN pair ON pair.pair_id = review.pair_id
            CROSS JOIN source ON source.source_id = pair.source_id
            WHERE review_id > ? AND NOT is_merged ORDER BY review_id
            """, arguments: [review]),
        try Int64.fetchOne(database, sql: "SELECT max(review_id) FROM review") ?? 0
      )
    }
    guard !rows.isEmpty else { return newest }
    try queue.write { database in
      for row in rows {
        try database.execute(
          sql: """
            INSERT INTO review (pair_id, verdict, note, reviewer, created_at)
            SELECT pair_id, ?, CAST(? AS TEXT), CAST(? AS TEXT), ? FROM pair
            JOIN source ON source.source_id = pair.source_id WHERE source.path = ? AND line = ?
            """,
          arguments: [
            row[2] as String, row[3] as Data?, row[4] as Data, row[5] as String,
            row[0] as String, row[1] as Int,
          ])
        guard database.changesCount == 1 else {
          throw AuditError.refused(
            what: "line \(row[1] as Int) of \(row[0] as String)",
            problem: "was reviewed in the united workspace meanwhile, and no shard that was named"
              + " holds it; name that shard too")
        }
      }
    }
    return newest
  }
}

import Foundation
import GRDB

extension AuditDatabase {
  /// Stores a verdict on a pair. Needs no stage's lock: one short transaction of SQLite's own, which
  /// waits at most ten seconds for another. It is on disk on return: no command would make it anew.
  ///
  /// - Returns: The review as stored.
  /// - Throws: `AuditError.noSuchRow` for a pair that is not there, `.refused` for a note or a name
  ///   that is too long, or no name.
  @discardableResult
  public func store(review request: ReviewRequest) throws(AuditError) -> Review {
    let note = request.note?.trimmingCharacters(in: .whitespacesAndNewlines)
    for (what, text) in [("note", note ?? ""), ("reviewer", request.reviewer)]
    where text.utf8.count > ReviewRequest.mostBytes {
      throw .refused(
        what: "the review's \(what)",
        problem: "has \(text.utf8.count) bytes, at most \(ReviewRequest.mostBytes) are stored")
    }
    guard !request.reviewer.isEmpty else {
      throw .refused(what: "the reviewer", problem: "has no name")
    }
    return try writeDurably { database in
      try insert(
        request.verdict, onPair: request.pairID, note: note.flatMap { $0.isEmpty ? nil : $0 },
        by: request.reviewer, at: request.at, in: database)
    }
  }

  /// Takes back the newest verdict on a pair: what the one before it said counts again, and without
  /// one, or when the newest restates an earlier one already, the model's decision. Nothing is
  /// deleted: that too is a review.
  ///
  /// - Returns: The review that was stored; nil where there was nothing to take back.
  /// - Throws: `AuditError.noSuchRow` for a pair that is not there.
  @discardableResult
  public func undoReview(
    ofPair pair: Int64, reviewer: String, at date: Date
  ) throws(AuditError) -> Review? {
    try writeDurably { database in
      let newest = try reviews(
        in: database, sql: "WHERE pair_id = ? ORDER BY review_id DESC LIMIT 3", [pair])
      guard let last = newest.first, last.verdict.standing != nil else {
        try requirePair(pair, in: database)
        return nil
      }
      // Restating a restated one would go back and forth between two verdicts for ever.
      let isRestated =
        newest.count == 3 && newest[2].verdict == last.verdict && newest[2].note == last.note
      let before = newest.dropFirst().first { _ in !isRestated }
      return try insert(
        before?.verdict ?? .withdrawn, onPair: pair, note: before?.note, by: reviewer, at: date,
        in: database)
    }
  }

  /// All reviews of a pair, oldest first.
  public func reviews(ofPair pair: Int64) throws(AuditError) -> [Review] {
    try read { database in
      try reviews(in: database, sql: "WHERE pair_id = ? ORDER BY review_id", [pair])
    }
  }

  /// Reviews in the order in which they were stored, superseded ones included.
  ///
  /// - Parameters:
  ///   - review: The last number of the page before; 0 for the first page.
  ///   - limit: The most that are returned.
  public func reviews(after review: Int64 = 0, limit: Int) throws(AuditError) -> [Review] {
    try read { database in
      try reviews(
        in: database, sql: "WHERE review_id > ? ORDER BY review_id LIMIT ?", [review, limit])
    }
  }

  private func insert(
    _ verdict: ReviewVerdict, onPair pair: Int64, note: String?, by reviewer: String,
    at date: Date, in database: Database
  ) throws -> Review {
    try requirePair(pair, in: database)
    let time = timestamp(date)
    // Bound with its length: a note may hold a NUL, as anything from outside may.
    try BulkStatement(
      database,
      sql: """
        INSERT INTO review (pair_id, verdict, note, reviewer, created_at) VALUES (?, ?, ?, ?, ?)
        """
    ).execute {
      $0.bind(pair)
      $0.bind(verdict.rawValue)
      $0.bind(note)
      $0.bind(reviewer)
      $0.bind(time)
    }
    return Review(
      id: database.lastInsertedRowID, pairID: pair, verdict: verdict, note: note,
      reviewer: reviewer, createdAt: time)
  }

  private func requirePair(_ pair: Int64, in database: Database) throws {
    let found = try Int64.fetchOne(
      database, sql: "SELECT pair_id FROM pair WHERE pair_id = ?", arguments: [pair])
    guard found != nil else { throw AuditError.noSuchRow(table: "pair", id: pair) }
  }

  private func reviews(
    in database: Database, sql: String, _ arguments: StatementArguments
  ) throws -> [Review] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT review_id, pair_id, verdict, CAST(note AS BLOB), CAST(reviewer AS BLOB), created_at
        FROM review \(sql)
        """, arguments: arguments
    ).map { row in
      Review(
        id: row[0], pairID: row[1], verdict: try closed(row[2], column: "verdict"),
        note: row.text(3), reviewer: row.text(4) ?? "", createdAt: row[5])
    }
  }
}

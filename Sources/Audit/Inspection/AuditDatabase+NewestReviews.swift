import GRDB

extension AuditDatabase {
  /// Reviews from the newest to the oldest, superseded ones included.
  ///
  /// - Parameters:
  ///   - review: The last number of the page before; nil for the first page.
  ///   - limit: The most that are returned.
  public func newestReviews(
    before review: Int64? = nil, limit: Int
  ) throws(AuditError) -> [Review] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT review_id, pair_id, verdict, CAST(note AS BLOB), CAST(reviewer AS BLOB), created_at
          FROM review WHERE review_id < ? ORDER BY review_id DESC LIMIT ?
          """, arguments: [review ?? .max, limit]
      ).map { row in
        Review(
          id: row[0], pairID: row[1], verdict: try closed(row[2], column: "verdict"),
          note: row.text(3), reviewer: row.text(4) ?? "", createdAt: row[5])
      }
    }
  }
}

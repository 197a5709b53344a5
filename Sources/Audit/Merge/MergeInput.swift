import GRDB
import Pairs

/// One of the audits that are united, read in one transaction from the beginning of the merge to its
/// end: whatever is written to it meanwhile is not seen.
struct MergeInput {
  /// The workspace's path, for messages.
  let name: String
  let database: Database

  /// Calls `body` with all audits, each in a transaction of its own.
  static func withAll<Value>(
    _ shards: [(name: String, database: AuditDatabase)], _ body: ([MergeInput]) throws -> Value
  ) throws -> Value {
    try open(shards[...], share: 65_536 / max(shards.count, 1), [], body)
  }

  /// - Parameter share: How much memory each may use for pages, in KiB.
  private static func open<Value>(
    _ shards: ArraySlice<(name: String, database: AuditDatabase)>, share: Int,
    _ opened: [MergeInput], _ body: ([MergeInput]) throws -> Value
  ) throws -> Value {
    guard let next = shards.first else { return try body(opened) }
    return try next.database.queue.read { database in
      try database.execute(sql: "PRAGMA cache_size = -\(max(share, 1024))")
      // A transaction begins with its first read.
      _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM published")
      let input = MergeInput(name: next.name, database: database)
      return try open(shards.dropFirst(), share: share, opened + [input], body)
    }
  }
}

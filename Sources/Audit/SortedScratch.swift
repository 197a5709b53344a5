import GRDB

/// Rows of four integers, sorted on disk: however many there are, memory is that of a batch.
public final class SortedScratch {
  /// One row; ordered by its parts, the first before the second and so on.
  public struct Row: Comparable, Sendable {
    /// The first that rows are sorted by.
    public var first: Int64
    /// The second.
    public var second: Int64
    /// The third.
    public var third: Int64
    /// The last.
    public var fourth: Int64

    /// A row of its parts.
    public init(_ first: Int64, _ second: Int64, _ third: Int64 = 0, _ fourth: Int64 = 0) {
      (self.first, self.second, self.third, self.fourth) = (first, second, third, fourth)
    }

    /// By the parts in order.
    public static func < (left: Row, right: Row) -> Bool {
      (left.first, left.second, left.third, left.fourth)
        < (right.first, right.second, right.third, right.fourth)
    }
  }

  private let scratch: ScratchDatabase
  private var batch: [Row] = []
  private static let batchRows = 65_536

  /// Without any rows.
  public init() throws(AuditError) {
    scratch = try ScratchDatabase(
      "CREATE TABLE item (first INTEGER, second INTEGER, third INTEGER, fourth INTEGER)")
  }

  /// Adds a row.
  public func add(_ row: Row) throws {
    batch.append(row)
    if batch.count == Self.batchRows { try flush() }
  }

  /// Calls `body` with all rows in order. It may not use this value.
  public func forEach(_ body: (Row) throws -> Void) throws {
    try flush()
    try scratch { database in
      let rows = try RawStatement(
        database,
        "SELECT first, second, third, fourth FROM item ORDER BY first, second, third, fourth")
      try rows.forEach([]) {
        try body(Row($0.integer(0), $0.integer(1), $0.integer(2), $0.integer(3)))
      }
    }
  }

  private func flush() throws {
    let rows = batch
    batch.removeAll(keepingCapacity: true)
    guard !rows.isEmpty else { return }
    try scratch { database in
      try database.inTransaction {
        let insert = try BulkStatement(database, sql: "INSERT INTO item VALUES (?, ?, ?, ?)")
        for row in rows {
          try insert.execute {
            $0.bind(row.first)
            $0.bind(row.second)
            $0.bind(row.third)
            $0.bind(row.fourth)
          }
        }
        return .commit
      }
    }
  }
}

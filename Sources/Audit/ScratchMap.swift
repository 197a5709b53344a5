import GRDB

/// A number for each of some pairs, kept on disk: however many there are, memory is that of a batch.
public final class ScratchMap {
  private let scratch: ScratchDatabase
  private var batch: [(pair: Int64, value: Int64)] = []
  private static let batchRows = 65_536
  /// How many pairs have a number.
  public private(set) var count = 0

  /// Without any pair.
  public init() throws(AuditError) {
    scratch = try ScratchDatabase("CREATE TABLE item (pair INTEGER PRIMARY KEY, value INTEGER)")
  }

  /// Gives a pair that has none a number.
  public func add(_ value: Int64, to pair: Int64) throws {
    batch.append((pair, value))
    count += 1
    if batch.count == Self.batchRows { try flush() }
  }

  /// A pair's number; nil where it has none.
  public func value(of pair: Int64) throws -> Int64? {
    guard count > 0 else { return nil }
    try flush()
    return try scratch { database in
      try BulkStatement(database, sql: "SELECT value FROM item WHERE pair = ?").integer {
        $0.bind(pair)
      }
    }
  }

  /// The numbers of the pairs in a range.
  public func values(of pairs: ClosedRange<Int64>) throws -> [Int64: Int64] {
    guard count > 0 else { return [:] }
    try flush()
    return try scratch { database in
      var values: [Int64: Int64] = [:]
      try RawStatement(database, "SELECT pair, value FROM item WHERE pair >= ? AND pair <= ?")
        .forEach([pairs.lowerBound.databaseValue, pairs.upperBound.databaseValue]) {
          values[$0.integer(0)] = $0.integer(1)
        }
      return values
    }
  }

  private func flush() throws {
    let rows = batch
    batch.removeAll(keepingCapacity: true)
    guard !rows.isEmpty else { return }
    try scratch { database in
      try database.inTransaction {
        let insert = try BulkStatement(database, sql: "INSERT INTO item VALUES (?, ?)")
        // In order, each page of the table is found once.
        for row in rows.sorted(by: { $0.pair < $1.pair }) {
          try insert.execute {
            $0.bind(row.pair)
            $0.bind(row.value)
          }
        }
        return .commit
      }
    }
  }
}

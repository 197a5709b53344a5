import Foundation
import GRDB
import Pairs

extension AuditDatabase {
  /// Counts where everything stands, in one transaction. Looks at every pair.
  public func standing() throws(AuditError) -> Standing {
    try read { database in
      Standing(
        pairs: try Self.statusCounts(database), urls: try Self.fetchProgress(database),
        images: try Self.imageProgress(database))
    }
  }

  /// The standing that was counted last; nil where none was.
  public func keptStanding() throws(AuditError) -> KeptStanding? {
    try read { database in
      try Row.fetchOne(
        database, sql: "SELECT counts, is_current, counted_at FROM standing"
      ).map { row in
        KeptStanding(
          standing: try JSONDecoder().decode(Standing.self, from: Data((row[0] as String).utf8)),
          isCurrent: row[1], countedAt: row[2])
      }
    }
  }

  /// Counts where everything stands and keeps it, unless what is kept is current. Only whoever alone
  /// changes pairs may do that: one who reviews goes on meanwhile. A stage's last transaction, and on disk
  /// as its run's end is.
  public func keepStanding(at date: Date) throws(AuditError) {
    if try keptStanding()?.isCurrent == true { return }
    let standing = try standing()
    try writeDurably { database in
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      try database.execute(
        sql: """
          INSERT INTO standing (only_row, is_current, counted_at, counts) VALUES (1, 1, ?, ?)
          ON CONFLICT (only_row) DO UPDATE SET
            is_current = 1, counted_at = excluded.counted_at, counts = excluded.counts
          """,
        arguments: [timestamp(date), String(decoding: try encoder.encode(standing), as: UTF8.self)])
    }
  }

  /// Pairs by role, status and reason. There are few kinds of them, so they are counted in passing
  /// rather than sorted, as GROUP BY would.
  private static func statusCounts(_ database: Database) throws -> [StatusCount] {
    var kinds: [(name: [UInt8], pairs: Int)] = []
    let rows = try RawStatement(
      database,
      "SELECT CAST(role || ' ' || status || ' ' || coalesce(reason, '') AS BLOB) FROM pair_audit")
    try rows.forEach([]) { row in
      guard let name = row.bytes(0) else { return }
      if let known = kinds.firstIndex(where: { $0.name.elementsEqual(name) }) {
        kinds[known].pairs += 1
      } else {
        kinds.append((Array(name), 1))
      }
    }
    let counts = try kinds.map { kind in
      let parts = String(decoding: kind.name, as: UTF8.self)
        .split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      return StatusCount(
        role: try closed(parts[0], column: "role"), status: try closed(parts[1], column: "status"),
        reason: try closedIfPresent(parts[2].isEmpty ? nil : parts[2], column: "reason"),
        pairs: kind.pairs)
    }
    return counts.sorted { left, right in
      (left.role.rawValue, left.status.rawValue, left.reason?.rawValue ?? "")
        < (right.role.rawValue, right.status.rawValue, right.reason?.rawValue ?? "")
    }
  }
}

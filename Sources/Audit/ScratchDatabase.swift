import GRDB

/// Rows that memory should not hold, on disk for as long as this value lives: in SQLite's temporary
/// folder (`SQLITE_TMPDIR`, else `/var/tmp` or `/tmp`), in a file that no name leads to, so that a
/// killed process leaves none.
final class ScratchDatabase {
  private let queue: DatabaseQueue

  /// What an error calls the place.
  static let place = "SQLite's temporary folder (SQLITE_TMPDIR)"

  /// - Parameter schema: what the database begins with.
  init(_ schema: String) throws(AuditError) {
    do {
      var configuration = Configuration()
      configuration.label = "scratch"
      configuration.prepareDatabase { database in
        // Nobody reads it after a crash. 32 MB is enough for what is written and read in order.
        try database.execute(
          sql: """
            PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
            PRAGMA cache_size = -32768; PRAGMA temp_store = FILE
            """)
      }
      queue = try DatabaseQueue(path: "", configuration: configuration)
      try queue.writeWithoutTransaction { try $0.execute(sql: schema) }
    } catch {
      throw AuditDatabase.auditError(error, path: Self.place)
    }
  }

  /// Runs some statements.
  func callAsFunction<Value>(_ body: (Database) throws -> Value) throws -> Value {
    do {
      return try queue.writeWithoutTransaction(body)
    } catch let error as DatabaseError {
      throw AuditDatabase.auditError(error, path: Self.place)
    }
  }
}

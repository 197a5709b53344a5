import GRDB
import GRDBSQLite

/// A query that is run for very many rows, without a `Row` for each.
final class RawStatement {
  private let statement: Statement
  private let handle: OpaquePointer

  /// Prepares the query.
  init(_ database: Database, _ sql: String) throws {
    statement = try database.makeStatement(sql: sql)
    handle = statement.sqliteStatement
  }

  /// The current row.
  struct Row {
    let handle: OpaquePointer

    /// An integer; 0 for NULL.
    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    /// An integer, or nil for NULL.
    func integerIfPresent(_ column: Int32) -> Int64? {
      isNull(column) ? nil : sqlite3_column_int64(handle, column)
    }

    /// Text without NUL bytes; empty for NULL.
    func text(_ column: Int32) -> String {
      sqlite3_column_text(handle, column).map { String(cString: $0) } ?? ""
    }

    /// A number, or nil for NULL.
    func double(_ column: Int32) -> Double? {
      isNull(column) ? nil : sqlite3_column_double(handle, column)
    }

    /// A BLOB's bytes, valid until the statement goes on, or nil for NULL.
    func bytes(_ column: Int32) -> UnsafeRawBufferPointer? {
      isNull(column)
        ? nil
        : UnsafeRawBufferPointer(
          start: sqlite3_column_blob(handle, column),
          count: Int(sqlite3_column_bytes(handle, column)))
    }

    func isNull(_ column: Int32) -> Bool {
      sqlite3_column_type(handle, column) == SQLITE_NULL
    }
  }

  /// Calls `body` with the first row for one integer; nil without a row.
  func first<Value>(_ argument: Int64, _ body: (Row) throws -> Value?) throws -> Value? {
    sqlite3_reset(handle)
    sqlite3_bind_int64(handle, 1, argument)
    defer { sqlite3_reset(handle) }
    return try next().flatMap(body)
  }

  /// Calls `body` with each row.
  func forEach(_ arguments: [DatabaseValue], _ body: (Row) throws -> Void) throws {
    try begin(arguments)
    defer { sqlite3_reset(handle) }
    while let row = try next() { try body(row) }
  }

  /// Begins anew with these arguments.
  func begin(_ arguments: [DatabaseValue]) throws {
    sqlite3_reset(handle)
    try statement.setArguments(StatementArguments(arguments))
  }

  /// The next row; nil after the last one.
  func next() throws -> Row? {
    let code = sqlite3_step(handle)
    if code == SQLITE_ROW { return Row(handle: handle) }
    guard code == SQLITE_DONE else {
      throw DatabaseError(
        resultCode: ResultCode(rawValue: code),
        message: String(cString: sqlite3_errmsg(sqlite3_db_handle(handle))))
    }
    return nil
  }
}

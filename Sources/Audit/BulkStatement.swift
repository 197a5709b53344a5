import GRDB
import GRDBSQLite

/// A prepared statement for millions of executions: values are bound straight from bytes, without
/// the boxing of each into a database value, and text keeps its NUL bytes.
///
/// A thin wrapper round SQLite's C interface. It must not outlive the access to the database in
/// which it was made.
struct BulkStatement {
  private let statement: Statement
  private let handle: OpaquePointer

  /// Prepares `sql`, or takes it from the connection's cache.
  init(_ database: Database, sql: String) throws {
    statement = try database.cachedStatement(sql: sql)
    handle = statement.sqliteStatement
  }

  /// Binds the statement's parameters in order and executes it. The number of changed rows is
  /// returned.
  @discardableResult
  func execute(_ bind: (inout Binder) -> Void) throws -> Int {
    try start(bind)
    let code = sqlite3_step(handle)
    guard code == SQLITE_DONE || code == SQLITE_ROW else { throw failure(code) }
    let changes = Int(sqlite3_changes(sqlite3_db_handle(handle)))
    sqlite3_reset(handle)
    return changes
  }

  /// Binds the parameters and gives the first column of the first row as an integer, if any.
  func integer(_ bind: (inout Binder) -> Void) throws -> Int64? {
    try start(bind)
    let code = sqlite3_step(handle)
    defer { sqlite3_reset(handle) }
    switch code {
    case SQLITE_ROW:
      return sqlite3_column_type(handle, 0) == SQLITE_NULL ? nil : sqlite3_column_int64(handle, 0)
    case SQLITE_DONE: return nil
    default: throw failure(code)
    }
  }

  private func start(_ bind: (inout Binder) -> Void) throws {
    sqlite3_reset(handle)
    var binder = Binder(handle: handle)
    bind(&binder)
    guard binder.code == SQLITE_OK else { throw failure(binder.code) }
  }

  private func failure(_ code: Int32) -> DatabaseError {
    let message = String(cString: sqlite3_errmsg(sqlite3_db_handle(handle)))
    sqlite3_reset(handle)
    return DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
  }
}

extension BulkStatement {
  /// Binds one parameter after the other.
  struct Binder {
    fileprivate let handle: OpaquePointer
    fileprivate var code = SQLITE_OK
    private var index: Int32 = 0

    fileprivate init(handle: OpaquePointer) {
      self.handle = handle
    }

    /// Binds an integer, or NULL.
    mutating func bind(_ value: Int64?) {
      guard let value else { return note(sqlite3_bind_null(handle, next())) }
      note(sqlite3_bind_int64(handle, next(), value))
    }

    /// Binds a number, or NULL.
    mutating func bind(_ value: Double?) {
      guard let value else { return note(sqlite3_bind_null(handle, next())) }
      note(sqlite3_bind_double(handle, next(), value))
    }

    /// Binds text, or NULL.
    mutating func bind(_ value: String?) {
      guard var value else { return note(sqlite3_bind_null(handle, next())) }
      value.withUTF8 { bindText($0) }
    }

    /// Binds valid UTF-8 as text.
    mutating func bind(utf8 value: ArraySlice<UInt8>) {
      value.withUnsafeBufferPointer { bindText($0) }
    }

    /// Binds valid UTF-8 as text.
    mutating func bind(utf8 value: UnsafeRawBufferPointer) {
      bindText(value.bindMemory(to: UInt8.self))
    }

    /// Binds bytes, or NULL.
    mutating func bind(bytes value: [UInt8]?) {
      guard let value else { return note(sqlite3_bind_null(handle, next())) }
      value.withUnsafeBytes { bindBlob($0) }
    }

    /// Binds a hash of 16 bytes, given as two big-endian words.
    mutating func bind(hash value: (high: UInt64, low: UInt64)) {
      withUnsafeBytes(of: (value.high.bigEndian, value.low.bigEndian)) { bindBlob($0) }
    }

    /// Binds what another statement's row holds, whatever it is, without a copy in between.
    mutating func bind(_ row: RawStatement.Row, _ column: Int32) {
      note(sqlite3_bind_value(handle, next(), sqlite3_column_value(row.handle, column)))
    }

    // The address of an empty buffer may be null, which SQLite would take as NULL.
    private mutating func bindText(_ bytes: UnsafeBufferPointer<UInt8>) {
      guard let base = bytes.baseAddress else {
        return note(sqlite3_bind_text(handle, next(), "", 0, transient))
      }
      base.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
        note(sqlite3_bind_text64(handle, next(), $0, UInt64(bytes.count), transient, utf8))
      }
    }

    private mutating func bindBlob(_ bytes: UnsafeRawBufferPointer) {
      guard let base = bytes.baseAddress else {
        return note(sqlite3_bind_zeroblob(handle, next(), 0))
      }
      note(sqlite3_bind_blob64(handle, next(), base, UInt64(bytes.count), transient))
    }

    private mutating func next() -> Int32 {
      index += 1
      return index
    }

    private mutating func note(_ result: Int32) {
      if result != SQLITE_OK { code = result }
    }

    private var utf8: UInt8 { UInt8(SQLITE_UTF8) }
    // SQLITE_TRANSIENT, a macro that Swift does not import: SQLite copies the bytes.
    private var transient: sqlite3_destructor_type {
      unsafeBitCast(OpaquePointer(bitPattern: -1), to: sqlite3_destructor_type.self)
    }
  }
}

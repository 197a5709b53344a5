import Foundation
import GRDB
import Glibc
import Pairs

extension InspectionIndex {
  /// Opens the file, or makes it; where its folder cannot be written, one in a temporary folder.
  static func open(_ path: String) throws(AuditError) -> (path: String, pool: DatabasePool) {
    let folder = (path as NSString).deletingLastPathComponent
    guard access(folder.isEmpty ? "." : folder, W_OK) == 0, isWritable(path) else {
      let substitute = try temporaryPath(for: path)
      return (substitute, try openFile(substitute))
    }
    return (path, try openFile(path))
  }

  /// Opens the file and brings it up to date; what turns out to be damaged is made anew, once.
  static func openUpToDate(
    _ path: String,
    _ update: (String, DatabasePool) throws(AuditError) -> Freshness
  ) throws(AuditError) -> (path: String, pool: DatabasePool, freshness: Freshness) {
    let opened = try open(path)
    do {
      return (opened.path, opened.pool, try update(opened.path, opened.pool))
    } catch .database(let damaged, let problem) where damaged == opened.path {
      do {
        try opened.pool.close()
        try remove(opened.path)
      } catch {
        throw .database(path: damaged, problem: problem)
      }
    }
    let anew = try open(path)
    return (anew.path, anew.pool, try update(anew.path, anew.pool))
  }

  private static func remove(_ path: String) throws {
    for suffix in ["", "-wal", "-shm"] where access(path + suffix, F_OK) == 0 {
      try FileManager.default.removeItem(atPath: path + suffix)
    }
  }

  private static func isWritable(_ path: String) -> Bool {
    access(path, F_OK) != 0 || access(path, W_OK) == 0
  }

  /// A file that only this user can reach, the same one each time.
  private static func temporaryPath(for path: String) throws(AuditError) -> String {
    let base = FileManager.default.temporaryDirectory.path
    let folder = "\(base)/winnow-inspect-\(geteuid())"
    _ = mkdir(folder, 0o700)
    var status = stat()
    // Anybody may have made a folder of this name in a folder that all share.
    guard lstat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR,
      status.st_uid == geteuid(), status.st_mode & 0o077 == 0
    else {
      throw .database(
        path: path,
        problem: "cannot be written, and neither can \(folder); make that folder yours alone")
    }
    let name = SHA256Digest(of: path.utf8).description.prefix(32)
    return "\(folder)/\(name).sqlite"
  }

  private static func openFile(_ path: String) throws(AuditError) -> DatabasePool {
    var status = stat()
    if lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      throw .database(path: path, problem: "is not a regular file; remove it")
    }
    do {
      if let pool = try waiting({ try openIfOurs(path) }) { return pool }
      // Of another format, or damaged: nothing in it is worth keeping.
      try remove(path)
      guard let pool = try openIfOurs(path) else {
        throw AuditError.database(path: path, problem: "cannot be made")
      }
      return pool
    } catch {
      throw AuditDatabase.auditError(error, path: path)
    }
  }

  /// A write-ahead log is opened by writing to it while it is empty, as it is until a process that
  /// makes the index has more than fits into its memory.
  private static func waiting<Value>(_ body: () throws -> Value) throws -> Value {
    for _ in 0..<30 {
      do {
        return try body()
      } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
        continue
      }
    }
    return try body()
  }

  /// The file with this version's tables, made where it is empty; nil for one to be thrown away.
  private static func openIfOurs(_ path: String) throws -> DatabasePool? {
    var configuration = Configuration()
    configuration.label = "inspection"
    configuration.busyMode = .timeout(2)
    configuration.maximumReaderCount = 4
    configuration.prepareDatabase { database in
      // What is deleted holds nothing that the audit does not: overwriting it would only cost.
      try database.execute(
        sql: "PRAGMA cache_size = -65536; PRAGMA temp_store = FILE; PRAGMA secure_delete = OFF;"
          + " PRAGMA journal_size_limit = 67108864")
    }
    do {
      let pool = try DatabasePool(path: path, configuration: configuration)
      // Reading first: while another process makes the index, only that one may write.
      var header = try pool.read(Self.header)
      if header == Header() {
        header = try pool.write { database in
          let found = try Self.header(database)
          guard found == Header() else { return found }
          let others = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema")
          guard others == 0 else { throw Self.notOurs(path) }
          try database.execute(
            sql: """
              PRAGMA application_id = \(InspectionSchema.applicationID);
              PRAGMA user_version = \(InspectionSchema.format);
              \(InspectionSchema.tables)
              \(InspectionSchema.entries)
              """)
          return try Self.header(database)
        }
      }
      guard header.application == InspectionSchema.applicationID else { throw notOurs(path) }
      let isOurs = header.format == InspectionSchema.format
      if isOurs { return pool }
      try pool.close()
      return nil
    } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
      return nil
    } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
      throw notOurs(path)
    }
  }

  /// The two numbers of SQLite's header that say whose a file is.
  private struct Header: Equatable {
    var application: Int64 = 0
    var format: Int64 = 0
  }

  private static func header(_ database: Database) throws -> Header {
    Header(
      application: try Int64.fetchOne(database, sql: "PRAGMA application_id") ?? 0,
      format: try Int64.fetchOne(database, sql: "PRAGMA user_version") ?? 0)
  }

  private static func notOurs(_ path: String) -> AuditError {
    .database(path: path, problem: "is no index of winnow-inspect, which needs the name; move it")
  }
}

import Foundation
import GRDB
import Glibc

extension AuditDatabase {
  /// What a handle may do.
  public enum Access: Sendable {
    /// Read only; there must be a database.
    case reading
    /// Read and write; there must be a database, which is brought up to this version's schema.
    case writing
    /// As `writing`, and a database is made where there is none.
    case creating
  }

  /// Opens the database at `path`. A database made by a newer version is refused before anything
  /// is written.
  ///
  /// - Throws: `AuditError.missing`, `.foreign`, `.newerVersion`, `.busy` or `.database`.
  public init(at path: String, access: Access) throws(AuditError) {
    let header = try SQLiteHeader(ofFileAt: path)
    switch header {
    case nil where access != .creating: throw .missing(path: path)
    case nil: break
    case let header?: try header.check(path: path)
    }
    do {
      var configuration = Configuration()
      configuration.readonly = access == .reading
      configuration.busyMode = .timeout(10)
      configuration.label = "audit"
      if access != .reading { configuration.journalMode = .wal }
      configuration.prepareDatabase { database in
        try database.execute(sql: Self.pragmas(for: access))
      }
      let queue = try DatabaseQueue(
        path: access == .reading ? Self.readingLocation(path) : path,
        configuration: configuration)
      let migrator = AuditSchema.migrator
      // A newer version's changes may still be in the write-ahead log, unseen by the header.
      let (isNewer, found) = try queue.read { database in
        (
          try migrator.hasBeenSuperseded(database),
          try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        )
      }
      guard !isNewer else {
        throw AuditError.newerVersion(path: path, found: found, known: AuditSchema.version)
      }
      if access != .reading {
        try migrator.migrate(queue)
      } else if found < AuditSchema.version {
        // Begun, and stopped before all of its tables were there.
        guard try found > 0 && queue.read(Self.holdsSources) else {
          throw AuditError.missing(path: path)
        }
        throw AuditError.database(
          path: path,
          problem: "made by an older version of Winnow; run any writing command on the workspace"
            + " once to bring it up to date")
      }
      self.init(path: path, queue: queue)
    } catch {
      throw Self.auditError(error, path: path)
    }
  }

  private static func holdsSources(_ database: Database) throws -> Bool {
    try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM source)") ?? false
  }

  /// Holds no more than 32 MB of the database in memory: enough for whoever reads and writes it in order.
  public func limitCache() throws(AuditError) {
    do {
      try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA cache_size = -32768") }
    } catch {
      throw Self.auditError(error, path: path)
    }
  }

  /// Closes the database; no call may follow. Without it the last copy of the value closes it.
  public func close() throws(AuditError) {
    do {
      try queue.close()
    } catch {
      throw Self.auditError(error, path: path)
    }
  }

  /// On a disk that is mounted read-only, SQLite cannot make the shared memory that it reads a
  /// database with a write-ahead log through. There it needs none: nobody can change the file.
  private static func readingLocation(_ path: String) -> String {
    var system = statvfs()
    guard statvfs(path, &system) == 0, system.f_flag & UInt(ST_RDONLY) != 0,
      Glibc.access(path + "-wal", F_OK) != 0
    else { return path }
    var location = URLComponents()
    location.scheme = "file"
    location.host = ""
    location.path = path
    location.queryItems = [URLQueryItem(name: "immutable", value: "1")]
    return location.string ?? path
  }

  /// `cache_size` is in KiB when negative: random inserts into the hash indexes want most of their
  /// upper levels in memory. The log is folded back every 8,192 pages (32 MB), since folding after
  /// each 4 MB would write the same index pages again and again.
  private static func pragmas(for access: Access) -> String {
    switch access {
    case .reading: "PRAGMA cache_size = -65536"
    case .writing, .creating:
      "PRAGMA cache_size = -262144; PRAGMA wal_autocheckpoint = 8192; PRAGMA temp_store = FILE"
    }
  }
}

extension AuditDatabase {
  /// Refuses a file that is not an audit database or that a newer version made, without opening
  /// or writing anything. No file is fine.
  ///
  /// - Throws: `AuditError.foreign`, `.newerVersion` or `.database`.
  public static func checkVersion(ofDatabaseAt path: String) throws(AuditError) {
    try SQLiteHeader(ofFileAt: path)?.check(path: path)
  }

  /// Whether the file holds a database that an older version made, and that opening it for writing
  /// would bring up to date.
  ///
  /// - Throws: as `checkVersion`.
  public static func isOlder(databaseAt path: String) throws(AuditError) -> Bool {
    guard let header = try SQLiteHeader(ofFileAt: path) else { return false }
    try header.check(path: path)
    // Zero: made by this version or another, and killed before it was there.
    return header.version > 0 && header.version < AuditSchema.version
  }

  /// Whether the file holds a database of this version's schema: none, one that was killed while it
  /// was made, or an older one cannot be opened for reading.
  ///
  /// - Throws: as `checkVersion`.
  public static func isReadable(databaseAt path: String) throws(AuditError) -> Bool {
    guard let header = try SQLiteHeader(ofFileAt: path) else { return false }
    try header.check(path: path)
    return header.version == AuditSchema.version
  }
}

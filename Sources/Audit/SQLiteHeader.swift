import Foundation

/// The fields of a SQLite file's header that say whose it is and how new, read without opening
/// the database, which could write beside it.
struct SQLiteHeader {
  private let bytes: [UInt8]

  /// The header of the file at `path`, or nil when there is none or it is empty, as a process
  /// killed while creating it leaves it.
  init?(ofFileAt path: String) throws(AuditError) {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    do {
      let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? file.close() }
      bytes = Array(try file.read(upToCount: 100) ?? Data())
    } catch {
      throw .database(path: path, problem: "cannot be read: \(error.localizedDescription)")
    }
    if bytes.isEmpty { return nil }
  }

  /// Refuses a file that is not an audit database or is newer than this program.
  func check(path: String) throws(AuditError) {
    let magic = Array("SQLite format 3\u{0}".utf8)
    guard bytes.count == 100, bytes.starts(with: magic) else { throw .foreign(path: path) }
    let applicationID = word(at: 68)
    // Both are 0 while the first migration is only in the write-ahead log.
    guard applicationID == AuditSchema.applicationID || (applicationID == 0 && version == 0) else {
      throw .foreign(path: path)
    }
    guard version <= AuditSchema.version else {
      throw .newerVersion(path: path, found: Int(version), known: AuditSchema.version)
    }
  }

  /// The number of the newest migration. Valid after `check`.
  var version: Int32 { word(at: 60) }

  private func word(at offset: Int) -> Int32 {
    Int32(truncatingIfNeeded: bytes[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) })
  }
}

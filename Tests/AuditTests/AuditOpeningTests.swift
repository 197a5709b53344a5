import Foundation
import GRDB
import TestSupport
import Testing

@testable import Audit

@Suite struct AuditOpeningTests {
  @Test func refusesANewerDatabaseAndWritesNothing() throws {
    let folder = try ScratchFolder()
    let path = folder.file("audit.sqlite")
    let database = try AuditDatabase(at: path, access: .creating)
    try database.write { try $0.execute(sql: "PRAGMA user_version = 99") }
    try database.close()
    let before = try folder.read("audit.sqlite")
    let message =
      "\(path): made by a newer version of Winnow (its schema is 99, this program knows up to"
      + " \(AuditSchema.version)); use that version or a new workspace"
    for access in [AuditDatabase.Access.reading, .writing, .creating] {
      let error = #expect(throws: AuditError.self) {
        try AuditDatabase(at: path, access: access)
      }
      #expect(error?.description == message)
    }
    #expect(try folder.read("audit.sqlite") == before)
    #expect(try folder.names == ["audit.sqlite"])
  }

  @Test func refusesANewerDatabaseWhoseMigrationIsOnlyInTheLog() throws {
    let folder = try ScratchFolder()
    let path = folder.file("audit.sqlite")
    let database = try AuditDatabase(at: path, access: .creating)
    try database.write {
      try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99'); PRAGMA user_version = 99")
    }
    // The first handle stays open, so the log is not folded back.
    #expect(throws: AuditError.newerVersion(path: path, found: 99, known: AuditSchema.version)) {
      try AuditDatabase(at: path, access: .writing)
    }
    withExtendedLifetime(database) {}
  }

  /// As a full disk or a kill leaves what was begun: it is none yet, and no older one.
  @Test func aDatabaseWithoutTablesIsNone() throws {
    let folder = try ScratchFolder()
    let path = folder.file("audit.sqlite")
    let queue = try DatabaseQueue(path: path)
    try queue.write { try $0.execute(sql: "CREATE TABLE any (thing); DROP TABLE any") }
    try queue.close()
    #expect(throws: AuditError.missing(path: path)) {
      try AuditDatabase(at: path, access: .reading)
    }
    // Between two of the steps that make it.
    let begun = try DatabaseQueue(path: path)
    try begun.write { database in
      try database.execute(sql: AuditSchema.firstTables)
      try database.execute(
        sql: "PRAGMA application_id = \(AuditSchema.applicationID); PRAGMA user_version = 1")
    }
    try begun.close()
    #expect(throws: AuditError.missing(path: path)) {
      try AuditDatabase(at: path, access: .reading)
    }
  }

  @Test func refusesOtherFiles() throws {
    let folder = try ScratchFolder()
    let text = try folder.write(Array("caption\turl\n".utf8), to: "text.sqlite")
    #expect(throws: AuditError.foreign(path: text)) {
      try AuditDatabase(at: text, access: .creating)
    }
    let other = folder.file("other.sqlite")
    let queue = try DatabaseQueue(path: other)
    try queue.write { try $0.execute(sql: "PRAGMA user_version = 1; CREATE TABLE t (x)") }
    try queue.close()
    #expect(throws: AuditError.foreign(path: other)) {
      try AuditDatabase(at: other, access: .writing)
    }
    let none = folder.file("none.sqlite")
    let error = #expect(throws: AuditError.self) { try AuditDatabase(at: none, access: .reading) }
    #expect(
      error?.description == "\(none): there is no audit database; begin with winnow-ingest")
    #expect(!FileManager.default.fileExists(atPath: none))
  }

  @Test func aReaderSeesWhatAWriterCommittedAndDoesNotWait() throws {
    let folder = try ScratchFolder()
    let path = folder.file("audit.sqlite")
    let writer = try AuditDatabase(at: path, access: .creating)
    _ = try writer.beginRun(AuditFixture.request("ingest"))
    let reader = try AuditDatabase(at: path, access: .reading)
    try writer.write { database in
      try database.execute(sql: "UPDATE run SET ended_at = 'now'")
      // Within the writer's transaction.
      #expect(try reader.runs().map(\.endedAt) == [nil])
    }
    #expect(try reader.runs().map(\.endedAt) == ["now"])
  }
}

import Foundation
import GRDB
import Testing

@testable import Audit

/// What may be found where the index should be.
@Suite struct InspectionFileTests {
  let fixture: InspectionFixture

  init() throws {
    fixture = try InspectionFixture(pairs: 40)
  }

  @Test func anEmptyAuditHasAnEmptyIndex() throws {
    let audit = try AuditFixture()
    let index = try InspectionIndex(
      of: audit.database, at: audit.folder.file("inspect.sqlite"),
      now: { Date(timeIntervalSince1970: 0) }, progress: { _, _ in })
    #expect(try index.counts() == [])
    #expect(try index.histogram(bars: 20).bars.allSatisfy { $0.pairs == 0 })
    for search in ["", "dog"] {
      let page = try index.page(InspectionFilter(search: search), sort: .similarity, limit: 5)
      #expect(page.rows == [] && page.next == nil && page.matching == 0)
    }
  }

  @Test func aDamagedIndexIsMadeAnew() throws {
    let counts = try fixture.index().counts()
    var bytes = try fixture.audit.folder.read("inspect.sqlite")
    for place in stride(from: 4_096, to: bytes.count, by: 7) { bytes[place] ^= 0x5A }
    try fixture.audit.folder.write(bytes, to: "inspect.sqlite")
    let index = try fixture.index()
    #expect(try index.counts() == counts)
    #expect(index.path == fixture.path)
  }

  @Test func anIndexOfAnotherFormatIsMadeAnew() throws {
    let counts = try fixture.index().counts()
    let queue = try DatabaseQueue(path: fixture.path)
    try queue.write { try $0.execute(sql: "PRAGMA user_version = 999; DROP TABLE entry") }
    try queue.close()
    #expect(try fixture.index().counts() == counts)
  }

  @Test func anotherFileOfThatNameIsLeftAlone() throws {
    let text = Array("these are my notes\n".utf8)
    try fixture.audit.folder.write(text, to: "inspect.sqlite")
    #expect(throws: AuditError.self) { try fixture.index() }
    #expect(try fixture.audit.folder.read("inspect.sqlite") == text)

    let path = fixture.audit.folder.file("other.sqlite")
    let queue = try DatabaseQueue(path: path)
    try queue.write { try $0.execute(sql: "CREATE TABLE mine (x)") }
    #expect(throws: AuditError.self) {
      try InspectionIndex(
        of: fixture.database, at: path, now: { Date(timeIntervalSince1970: 0) },
        progress: { _, _ in })
    }
    let tables = try DatabaseQueue(path: path).read {
      try String.fetchAll($0, sql: "SELECT name FROM sqlite_schema")
    }
    #expect(tables == ["mine"])
  }

  /// Whoever comes while another process makes the index anew reads what was there before.
  @Test func anIndexThatIsBeingMadeCanBeOpened() throws {
    let first = try fixture.index()
    let counts = try first.counts()
    try fixture.review(1, .rejected)
    let other = try DatabaseQueue(path: fixture.path)
    try other.inTransaction(.immediate) { database in
      try database.execute(sql: "DELETE FROM kind")
      let index = try fixture.index()
      #expect(try index.freshness == .behind && index.counts() == counts)
      return .rollback
    }
    #expect(try first.refreshIfNeeded() == .updated)
  }

  @Test func aLinkIsNotFollowed() throws {
    let target = fixture.audit.folder.file("elsewhere.sqlite")
    try FileManager.default.createSymbolicLink(
      atPath: fixture.path, withDestinationPath: target)
    #expect(throws: AuditError.self) { try fixture.index() }
    #expect(!FileManager.default.fileExists(atPath: target))
  }

  @Test func whereNothingCanBeWrittenATemporaryFolderServes() throws {
    let path = fixture.audit.folder.file("no-such-folder/inspect.sqlite")
    let index = try InspectionIndex(
      of: fixture.database, at: path, now: { Date(timeIntervalSince1970: 0) },
      progress: { _, _ in })
    defer { for end in ["", "-wal", "-shm"] { unlink(index.path + end) } }
    #expect(index.path != path)
    #expect(try index.counts() == fixture.index().counts())
    var status = stat()
    let folder = (index.path as NSString).deletingLastPathComponent
    #expect(stat(folder, &status) == 0 && status.st_mode & 0o777 == 0o700)
    let again = try InspectionIndex(
      of: fixture.database, at: path, now: { Date(timeIntervalSince1970: 0) },
      progress: { _, _ in })
    #expect(again.path == index.path && again.freshness == .current)
  }
}

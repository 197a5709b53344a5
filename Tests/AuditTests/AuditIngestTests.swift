import Foundation
import GRDB
import Pairs
import Testing

@testable import Audit

@Suite struct AuditIngestTests {
  @Test func numbersRepeatsWithinAManifestAlone() throws {
    let fixture = try AuditFixture()
    try fixture.ingest("a dog\td.jpg\na dog\td.jpg\na cat\tc.jpg\na dog\td.jpg\n")
    try fixture.ingest("a dog\td.jpg\n", name: "other.tsv")
    let keys = try fixture.database.outcomes(roles: [.train], limit: 10).map(\.key)
    #expect(keys.map(\.occurrence) == [1, 2, 1, 3, 1])
    #expect(keys[1].description == keys[0].description + "#2")
    #expect(keys[4] == keys[0])
    let shown = try fixture.database.read { database in
      try String.fetchAll(database, sql: "SELECT key FROM pair_audit ORDER BY pair_id")
    }
    #expect(shown == keys.map(\.description))
  }

  @Test func keepsNULBytesAndByteOrderMarks() throws {
    let fixture = try AuditFixture()
    try fixture.ingest("\u{FEFF}a\u{0}b\tx.jpg\r\nc\ty.jpg")
    let rows = try fixture.database.exportRows(
      ExportFilter(roles: [.train]), after: .start, limit: 10)
    #expect(rows.map(\.caption) == ["\u{FEFF}a\u{0}b", "c"])
    #expect(
      rows.map(\.line) == [
        .bytes(Array("\u{FEFF}a\u{0}b\tx.jpg".utf8)), .bytes(Array("c\ty.jpg".utf8)),
      ])
    #expect(rows.map(\.lineEnding) == [.crlf, .none])
  }

  @Test func refusesOtherOptionsForTheSameManifest() throws {
    let fixture = try AuditFixture()
    let source = try fixture.ingest("a\tb\n")
    let path = source.description.path
    let other = SourceDescription(
      path: path, role: .meta, columns: .captionURL, imageRoot: fixture.folder.path,
      sha256: source.description.sha256)
    let error = #expect(throws: AuditError.self) {
      try fixture.database.beginSource(other, run: fixture.run)
    }
    #expect(
      error?.description
        == "\(path): already ingested with --role train, now asked for meta; give the same option,"
        + " or --restart to ingest it anew")
    let changed = SourceDescription(
      path: path, role: .train, columns: .captionURL, imageRoot: fixture.folder.path,
      sha256: "0")
    #expect(throws: AuditError.sourceChanged(path: path)) {
      try fixture.database.beginSource(changed, run: fixture.run)
    }
  }

  @Test func discardingASourceLeavesTheOthersWhole() throws {
    let fixture = try AuditFixture()
    let first = try fixture.ingest("a\tshared.jpg\nb\tonly.jpg\nbroken\n")
    try fixture.ingest("c\tshared.jpg\n", name: "second.tsv")
    try fixture.database.discardSource(first.id)
    #expect(try fixture.database.sources().map(\.id) == [2])
    let pending = try fixture.database.pendingImages(limit: 10)
    #expect(pending.map(\.url) == ["shared.jpg"])
    let raw = try fixture.database.read {
      try Int.fetchOne($0, sql: "SELECT count(*) FROM raw_line")
    }
    #expect(raw == 0)
  }

  @Test func aReviewedSourceIsNotDiscarded() throws {
    let fixture = try AuditFixture()
    let source = try fixture.ingest("a\tb\n")
    try fixture.review(1, "kept")
    #expect(throws: AuditError.sourceReviewed(path: source.description.path, reviews: 1)) {
      try fixture.database.discardSource(source.id)
    }
  }

  @Test func anUnfinishedRunOfTheSameConfigurationGoesOn() throws {
    let fixture = try AuditFixture()
    let database = fixture.database
    #expect(try database.beginRun(AuditFixture.request("ingest")) == fixture.run)
    let other = try database.beginRun(AuditFixture.request("ingest", seed: .max))
    #expect(other != fixture.run)
    try database.finishRun(fixture.run, at: Date(timeIntervalSince1970: 60))
    #expect(try database.beginRun(AuditFixture.request("ingest")) > other)
    let runs = try database.runs()
    #expect(runs[0].endedAt == "1970-01-01T00:01:00Z")
    #expect(runs[1].seed == .max)
  }
}

extension AuditFixture {
  /// Stores what a reviewer says of a pair.
  func review(_ pair: Int64, _ verdict: String) throws {
    try database.write {
      try $0.execute(
        sql: """
          INSERT INTO review (pair_id, verdict, reviewer, created_at) VALUES (?, ?, 'me', 'now')
          """, arguments: [pair, verdict])
    }
  }
}

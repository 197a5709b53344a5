import Audit
import Foundation
import Pairs
import Testing

@testable import Stages

@Suite struct IngestStageTests {
  let fixture: StageFixture

  init() throws { fixture = try StageFixture() }

  @Test func everyLineHasOneRowAndComesOutAsItWas() throws {
    let input = try fixture.manifest(StageFixture.hostileManifest)
    let summary = try fixture.perform(IngestStage(IngestConfiguration(inputs: [input])))
    #expect(summary.addedLines == 16)
    #expect(summary.pairs == 6)
    #expect(
      summary.failed == [
        "malformed_row": 3, "empty_caption": 2, "empty_url": 1, "invalid_utf8": 1,
        "caption_too_long": 1, "unsafe_path": 1, "unsupported_url": 1,
      ])
    #expect(try fixture.outcomes().count == 16)
    #expect(try fixture.outcomes().last?.contains("#2 16 pending") == true)
    let exported = try fixture.export(ExportConfiguration(decision: .all))
    #expect(exported == StageFixture.hostileManifest)
  }

  @Test func twiceAddsNothing() throws {
    let input = try fixture.manifest(StageFixture.hostileManifest)
    let stage = IngestStage(IngestConfiguration(inputs: [input, input]))
    try fixture.perform(stage)
    let before = try fixture.outcomes()
    let summary = try fixture.perform(stage)
    #expect(summary.addedLines == 0 && summary.knownLines == 32)
    #expect(try fixture.outcomes() == before)
    #expect(try fixture.workspace.openDatabase(.reading).runs().count == 1)
  }

  /// Stops the ingest after each number of batches in turn; what goes on from there must end as
  /// if nothing had happened.
  @Test(arguments: 1...8) func aKilledIngestGoesOn(afterBatches count: Int) throws {
    struct Killed: Error {}
    let input = try fixture.manifest(StageFixture.hostileManifest)
    let configuration = IngestConfiguration(inputs: [input])
    let left = Countdown(count)
    let killed = IngestStage(
      configuration, batchLines: 2, afterBatch: { if left.next() == 0 { throw Killed() } })
    #expect(throws: Killed.self) { try fixture.perform(killed) }
    let resumed = try fixture.perform(IngestStage(configuration))
    #expect(resumed.knownLines == min(16, 2 * count))
    #expect(resumed.knownLines + resumed.addedLines == 16)

    let undisturbed = try StageFixture()
    let same = try undisturbed.manifest(StageFixture.hostileManifest)
    try undisturbed.perform(IngestStage(IngestConfiguration(inputs: [same])))
    #expect(try fixture.outcomes() == undisturbed.outcomes())
    let runs = try fixture.workspace.openDatabase(.reading).runs()
    #expect(runs.count == 1 && runs[0].endedAt != nil)
    #expect(
      try runs.map(\.counts)
        == undisturbed.workspace.openDatabase(.reading).runs().map(\.counts))
  }

  @Test func aManifestThatIsNotThereOrHasNoPairWritesNothing() throws {
    let absent = fixture.folder.file("absent.tsv")
    let missing = #expect(throws: PairsError.self) {
      try fixture.perform(IngestStage(IngestConfiguration(inputs: [absent])))
    }
    #expect(missing?.description == "\(absent): cannot be read: No such file or directory")
    let input = try fixture.manifest(Array("one\ntwo\n".utf8))
    let useless = #expect(throws: PairsError.self) {
      try fixture.perform(IngestStage(IngestConfiguration(inputs: [input])))
    }
    #expect(
      useless?.description
        == "\(input): none of its 2 lines is a pair; the first: expected 2 tab-separated columns,"
        + " found 1; check the file and its column order")
    #expect(!FileManager.default.fileExists(atPath: fixture.workspace.path))
  }

  @Test func restartingDiscardsTheSourceAlone() throws {
    let first = try fixture.manifest(Array("a\tx.jpg\nb\ty.jpg\n".utf8), name: "first.tsv")
    let second = try fixture.manifest(Array("c\tx.jpg\n".utf8), name: "second.tsv")
    try fixture.perform(IngestStage(IngestConfiguration(inputs: [first, second])))
    try fixture.folder.write(Array("d\tz.jpg\n".utf8), to: "first.tsv")
    let changed = #expect(throws: AuditError.self) {
      try fixture.perform(IngestStage(IngestConfiguration(inputs: [first])))
    }
    #expect(changed == .sourceChanged(path: first))
    let summary = try fixture.perform(
      IngestStage(IngestConfiguration(inputs: [first])), restarts: true)
    #expect(summary.addedLines == 1)
    let kept = try fixture.workspace.openDatabase(.reading).exportRows(
      .init(roles: [.train]), after: .start, limit: 9)
    #expect(kept.map(\.caption) == ["c", "d"])
  }

  @Test func reversedColumnsAndRolesComeThrough() throws {
    let input = try fixture.manifest(Array("x.jpg\ta dog\n".utf8))
    try fixture.perform(
      IngestStage(
        IngestConfiguration(inputs: [input], columns: .urlCaption, role: .dev)))
    let rows = try fixture.workspace.openDatabase(.reading).exportRows(
      .init(roles: [.dev]), after: .start, limit: 9)
    #expect(rows.map(\.caption) == ["a dog"] && rows[0].reason == .trusted)
    let exported = try fixture.export(ExportConfiguration(roles: [.dev]))
    #expect(exported == Array("x.jpg\ta dog\n".utf8))
  }
}

/// Counts down across threads.
final class Countdown: @unchecked Sendable {
  private let lock = NSLock()
  private var left: Int

  init(_ count: Int) { left = count }

  func next() -> Int {
    lock.withLock {
      left -= 1
      return left
    }
  }
}

import Audit
import Foundation
import Testing

@testable import Stages

/// What a stage lets see of its work, told by ingest, the stage that needs least.
@Suite struct StageRunTests {
  private struct Killed: Error {}

  private let fixture: StageFixture

  init() throws { fixture = try StageFixture() }

  private func stage(
    _ input: String, batch: Int, kill: @escaping @Sendable () throws -> Void = {}
  ) -> IngestStage {
    IngestStage(IngestConfiguration(inputs: [input]), batchLines: batch, afterBatch: kill)
  }

  private func perform(_ stage: IngestStage, _ log: RecordedLog) throws -> IngestSummary {
    try stage.perform(in: fixture.workspace, context: log.context(), command: "test")
  }

  private func run() throws -> RunRecord {
    let database = try fixture.workspace.openDatabase(.reading)
    return try #require(try database.runs().last)
  }

  @Test func aStageTellsWhenItBeginsStoresAndEnds() throws {
    let input = try fixture.manifest(Array("a\tx\nb\ty\nbroken\n".utf8))
    let log = RecordedLog(step: 0.25)
    let summary = try perform(stage(input, batch: 2), log)
    let lines = log.lines()
    #expect(lines.count == 8, "\(lines)")
    #expect(
      lines.first
        == "info ingest: stage begun version=test workspace=\(fixture.workspace.path)")
    #expect(lines[1].hasPrefix("info ingest: run begun config_sha256="))
    #expect(log.lines(of: "debug ingest: stored").count == 3)
    #expect(
      log.lines(of: "trace").allSatisfy {
        $0.hasPrefix("trace ingest: pair failed detail=") && $0.contains("reason=malformed_row")
          && $0.contains("line=3")
      } && log.lines(of: "trace").count == 1)
    let run = try run()
    let seconds = try #require(run.seconds)
    #expect(
      log.lines(of: "info ingest: run ended").first?.contains(
        "counts={malformed_row=1,ok=2} done=3 per_second=") == true, "\(lines)")
    let throughput = try #require(summary.throughput)
    #expect(
      lines.last
        == "info ingest: stage ended done=3 per_second=\(((3 / throughput.seconds) * 1000).rounded() / 1000)"
        + " seconds=\(throughput.seconds) unit=lines")
    #expect(run.unit == "lines" && run.done == 3 && seconds > 0)
    #expect(throughput.unit == "lines" && throughput.done == 3)
  }

  /// A run that is killed after each transaction has the seconds of all that was stored.
  @Test func theSecondsOfAResumedRunAddUp() throws {
    let input = try fixture.manifest(Array("a\tx\nb\ty\nc\tz\nbroken\n".utf8))
    var resumed: [String] = []
    for _ in 0..<4 {
      let log = RecordedLog()
      #expect(throws: Killed.self) {
        try perform(
          stage(input, batch: 1) {
            // After its transaction: time that nothing was stored in.
            log.pass(100)
            throw Killed()
          }, log)
      }
      resumed += log.lines(of: "info ingest: run resumed")
      guard case .failed(stage: "ingest")? = log.events.last else {
        Issue.record("\(log.events)")
        return
      }
    }
    #expect(try run().done == 4 && run().endedAt == nil)
    let log = RecordedLog()
    _ = try perform(stage(input, batch: 1), log)
    #expect(resumed.count == 3 && resumed[2].contains("done=3"), "\(resumed)")
    let run = try run()
    #expect(run.done == 4 && run.endedAt != nil)
    #expect(run.counts == ["ok": 3, "malformed_row": 1])
    #expect(run.seconds == 0, "what was undone takes no time")
  }

  @Test func secondsGrowOverAKill() throws {
    let input = try fixture.manifest(Array("a\tx\nb\ty\n".utf8))
    let first = RecordedLog(step: 1)
    #expect(throws: Killed.self) {
      try perform(stage(input, batch: 1) { throw Killed() }, first)
    }
    let before = try #require(try run().seconds)
    #expect(before > 0)
    let second = RecordedLog(step: 1)
    _ = try perform(stage(input, batch: 1), second)
    let after = try #require(try run().seconds)
    #expect(after > before)
    // Whoever watches is told of both, from the beginning on.
    let told = second.events.compactMap { event in
      if case .stored(let work) = event { work } else { nil }
    }
    #expect(told.first?.seconds == before && told.first?.done == 1)
    #expect(told.last?.seconds == after && told.last?.done == 2)
    let report = try StatusReport(of: fixture.workspace)
    #expect(report.runs.last?.work == Throughput(2, "lines", seconds: after))
    #expect(report.report.contains(", 2 lines in \(Throughput.time(after)), "))
  }

  @Test func nothingIsLoggedAboveItsLevel() throws {
    let input = try fixture.manifest(StageFixture.hostileManifest)
    let log = RecordedLog(.notice)
    _ = try perform(stage(input, batch: 4), log)
    #expect(log.lines() == [])
  }

  @Test func whatIsLoggedOfPairsIsEveryFailedOne() throws {
    let input = try fixture.manifest(StageFixture.hostileManifest)
    let log = RecordedLog()
    let summary = try perform(stage(input, batch: 4), log)
    #expect(log.lines(of: "trace").count == summary.failed.values.reduce(0, +))
  }
}

import Foundation
import Logging
import Stages
import Synchronization
import TestSupport
import Testing

@testable import CommandSupport

@Suite struct MetricsFileTests {
  /// What was logged, of any level.
  private final class Lines: Sendable {
    let all = Mutex<[String]>([])

    var logger: Logger {
      Logger(label: "winnow") { _ in
        LineLogHandler(.trace, .text, now: { Date(timeIntervalSince1970: 0) }) { line in
          self.all.withLock { $0.append(line) }
        }
      }
    }
  }

  private let folder: ScratchFolder
  private let lines = Lines()

  init() throws { folder = try ScratchFolder() }

  private func file(_ path: String, every interval: Double = 3600) throws -> MetricsFile {
    try MetricsFile(
      at: path,
      CommandMetrics(
        command: "winnow-score", workspace: "/w", version: "1",
        startedAt: Date(timeIntervalSince1970: 0)),
      every: interval, now: { Date(timeIntervalSince1970: 5) }, uptime: { 5 },
      usage: { ProcessUsage(residentBytes: nil, peakBytes: 1, processorSeconds: 1) },
      logger: lines.logger)
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try folder.read(name), as: UTF8.self)
  }

  private func sample(_ name: String, in text: String) -> String? {
    text.split(separator: "\n").first { $0.hasPrefix("\(name){") }.map {
      String($0[$0.index(after: $0.lastIndex(of: " ") ?? $0.startIndex)...])
    }
  }

  @Test func itSaysHowTheCommandIsDoing() throws {
    let file = try file(folder.file("winnow.prom"))
    #expect(sample("winnow_command_running", in: try text("winnow.prom")) == "1")
    #expect(sample("winnow_command_success", in: try text("winnow.prom")) == nil)
    file.note(.began(stage: "score"))
    file.note(
      StageProgress(stage: "score", unit: "pairs", done: 5, total: 9, rate: 2, note: nil))
    file.note(.failed(stage: "score"))
    file.end(isSuccess: false)
    let last = try text("winnow.prom")
    #expect(sample("winnow_command_running", in: last) == "0")
    #expect(sample("winnow_command_success", in: last) == "0")
    #expect(sample("winnow_stage_success", in: last) == "0")
    #expect(sample("winnow_stage_items_done", in: last) == "5")
    #expect(try folder.names == ["winnow.prom"])
    #expect(lines.all.withLock { $0 } == [])
  }

  @Test func itIsWrittenWhileTheStageWorks() async throws {
    let file = try file(folder.file("winnow.prom"), every: 0.01)
    file.note(.began(stage: "score"))
    var tries = 0
    while try sample("winnow_stage_running", in: text("winnow.prom")) != "1", tries < 1000 {
      tries += 1
      try await Task.sleep(for: .milliseconds(5))
    }
    #expect(try sample("winnow_stage_running", in: text("winnow.prom")) == "1")
    file.end(isSuccess: true)
  }

  @Test func anImpossiblePathIsRefused() throws {
    let missing = #expect(throws: StagesError.self) { try file(folder.file("no/such/a.prom")) }
    #expect(
      missing?.description == "\(folder.path)/no/such/a.prom: the metrics cannot be written there: "
        + "No such file or directory")
    #expect(throws: StagesError.self) { try file(folder.path) }
    #expect(try folder.names == [])
  }

  /// A manifest whose name was given by mistake stays.
  @Test func aFileOfSomethingElseIsRefused() throws {
    let path = try folder.write(Array("a dog\tdog.jpg\n".utf8), to: "m.tsv")
    let error = #expect(throws: StagesError.self) { try file(path) }
    #expect(
      error?.description
        == "\(path): is there and holds no metrics of Winnow; name another file for them")
    #expect(try text("m.tsv") == "a dog\tdog.jpg\n")
    _ = try folder.write([], to: "empty.prom")
    try file(folder.file("empty.prom")).end(isSuccess: true)
    try file(folder.file("empty.prom")).end(isSuccess: true)
    #expect(try text("empty.prom").hasPrefix("# HELP winnow_build_info"))
  }

  /// The work goes on, and the log says so once.
  @Test func aDiskThatFailsLaterIsNoFailure() async throws {
    try FileManager.default.createDirectory(
      atPath: folder.file("sub"), withIntermediateDirectories: false)
    let file = try file(folder.file("sub/a.prom"), every: 0.01)
    try FileManager.default.removeItem(atPath: folder.file("sub"))
    func waitFor(_ count: Int) async throws {
      for _ in 0..<1000 where lines.all.withLock({ $0.count }) < count {
        try await Task.sleep(for: .milliseconds(5))
      }
    }
    try await waitFor(1)
    try await Task.sleep(for: .milliseconds(50))
    let warned = lines.all.withLock { $0 }
    #expect(
      warned == [
        "1970-01-01T00:00:00.000Z warning winnow: the metrics cannot be written; the work goes on "
          + "without them path=\(folder.path)/sub/a.prom problem=\"No such file or directory\""
      ])
    try FileManager.default.createDirectory(
      atPath: folder.file("sub"), withIntermediateDirectories: false)
    try await waitFor(2)
    file.end(isSuccess: true)
    #expect(
      lines.all.withLock { $0.last?.contains("notice winnow: the metrics are written again") }
        == true)
    #expect(sample("winnow_command_success", in: try text("sub/a.prom")) == "1")
  }
}

import Audit
import Foundation
import Stages
import Testing

@testable import CommandSupport

@Suite struct CommandMetricsTests {
  private let began = Date(timeIntervalSince1970: 1_767_323_045.75)
  private let usage = ProcessUsage(
    residentBytes: 268_435_456, peakBytes: 536_870_912, processorSeconds: 12.5)

  private func metrics(workspace: String = "/data/run") -> CommandMetrics {
    CommandMetrics(
      command: "winnow run", workspace: workspace, version: "1.2.3", startedAt: began)
  }

  private func work(_ run: Int64, _ stage: String, _ done: Int, _ counts: [String: Int]) -> RunWork
  {
    RunWork(
      run: run, stage: stage, unit: stage == "ingest" ? "lines" : "URLs", done: done,
      seconds: Double(done) / 8, counts: counts)
  }

  /// A pipeline that ingested two manifests and failed while it fetched.
  private func story() -> CommandMetrics {
    var metrics = metrics()
    for (run, lines) in [(Int64(1), 100), (2, 60)] {
      metrics.note(.began(stage: "ingest"), at: began + Double(run), uptime: Double(run))
      metrics.note(
        StageProgress(
          stage: "ingest", unit: "lines", done: lines, total: lines, rate: 250.5, note: nil))
      metrics.note(
        .stored(work(run, "ingest", lines, ["ok": lines - 4, "empty_url": 4])), at: began,
        uptime: 0)
      metrics.note(
        .ended(stage: "ingest", nil), at: began + Double(run) + 0.5, uptime: Double(run) + 0.5)
    }
    metrics.note(.began(stage: "fetch"), at: began + 10, uptime: 10)
    metrics.note(
      StageProgress(stage: "fetch", unit: "URLs", done: 64, total: nil, rate: nil, note: "x"))
    metrics.note(.stored(work(7, "fetch", 32, ["ok": 32])), at: began, uptime: 0)
    metrics.note(
      .stored(work(7, "fetch", 64, ["ok": 60, "timeout": 3, "dns": 1])), at: began, uptime: 0)
    return metrics
  }

  /// `Fixtures/metrics-running.prom` and `metrics-failed.prom` are what `promtool check metrics` says
  /// nothing against.
  @Test func aRunningCommandIsTheGoldenOne() throws {
    #expect(
      story().text(at: began + 20, uptime: 20, usage: usage) == (try golden("metrics-running")))
  }

  @Test func aFailedCommandIsTheGoldenOne() throws {
    var metrics = story()
    metrics.note(.failed(stage: "fetch"), at: began + 25, uptime: 25)
    metrics.end(isSuccess: false, at: began + 26)
    #expect(
      metrics.text(at: began + 26, uptime: 26, usage: usage) == (try golden("metrics-failed")))
  }

  private func golden(_ name: String) throws -> String {
    let url = try #require(
      Bundle.module.url(forResource: name, withExtension: "prom", subdirectory: "Fixtures"))
    return try String(contentsOf: url, encoding: .utf8)
  }

  /// Each line is a comment or a sample, whatever a path is called.
  @Test(arguments: LogLineTests.hostile)
  func labelsAreEscaped(_ text: String) {
    let lines = metrics(workspace: "/" + text).text(at: began, uptime: 0, usage: usage)
      .split(separator: "\n")
    for line in lines where !line.hasPrefix("#") {
      #expect(
        line.wholeMatch(of: /winnow_[a-z_]+\{([a-z_]+="([^"\\\n]|\\[\\n"])*",?)+\} [0-9.e+]+/)
          != nil, "\(line)")
    }
    #expect(!lines.joined().unicodeScalars.contains(where: HarmlessText.isHarmful))
  }

  @Test func numbersAreThoseOfTheFormat() {
    var text = PrometheusText(common: [])
    text.add(
      "x", .gauge, "a\\b\nc",
      [.nan, .infinity, -.infinity, 0, 1e18, 0.25].map { PrometheusText.Sample($0) })
    #expect(
      text.text == "# HELP x a\\\\b\\nc\n# TYPE x gauge\nx NaN\nx +Inf\nx -Inf\nx 0\nx 1e+18\n"
        + "x 0.25\n")
    text.add("nothing", .gauge, "None.", [])
    #expect(!text.text.contains("nothing"))
  }

  @Test func theProcessIsMeasured() throws {
    let usage = ProcessUsage.current
    #expect(try #require(usage.residentBytes) > 1 << 20)
    #expect(usage.peakBytes >= 1 << 20 && usage.processorSeconds > 0)
  }
}

import Foundation
import Testing

@testable import Stages

@Suite struct ThroughputTests {
  @Test(arguments: [
    (0.0, "0.0 s"), (12.34, "12.3 s"), (599.9, "599.9 s"), (600, "600.0 s (0:10:00)"),
    (28_801.5, "28801.5 s (8:00:02)"), (1e10, "10000000000.0 s"),
  ])
  func times(_ seconds: Double, _ text: String) {
    #expect(Throughput.time(seconds) == text)
  }

  @Test(arguments: [
    (0.034, "0.03 pairs/s"), (3.44, "3.4 pairs/s"), (12.9, "12 pairs/s"),
    (1_234_567.8, "1,234,567 pairs/s"), (.infinity, "inf pairs/s"),
  ])
  func rates(_ rate: Double, _ text: String) {
    #expect(Throughput.rate(rate, "pairs") == text)
  }

  @Test func nothingInNoTimeHasNoRate() throws {
    #expect(Throughput(0, "lines", seconds: 3).perSecond == nil)
    #expect(Throughput(3, "lines", seconds: 0).perSecond == nil)
    var table = SummaryTable()
    table.add(Throughput(0, "lines", seconds: 3))
    table.add(nil)
    #expect(table.text == "time  3.0 s")
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(
      String(decoding: try encoder.encode(Throughput(6, "lines", seconds: 4)), as: UTF8.self)
        == #"{"done":6,"per_second":1.5,"seconds":4,"unit":"lines"}"#)
  }

  @Test func aPipelineHasALineForEachStage() {
    let times = PipelineTimes([
      ("ingest", Throughput(2_092, "lines", seconds: 0.5)), ("train", nil),
      ("score", Throughput(0, "pairs", seconds: 0)),
    ])
    #expect(
      times.report == """
        stage          done   time           rate
        ingest  2,092 lines  0.5 s  4,184 lines/s
        train        before
        score       0 pairs  0.0 s
        """)
  }
}

import Foundation
import Testing

@testable import winnow_bench

@Suite struct BenchmarkReportTests {
  @Test func tableWithoutPyTorch() throws {
    let report = try BenchmarkFixture.report(twin: false, absence: PyTorchTwin.absence)
    #expect(
      report.table == """
        A Processor, 2 threads, OpenBLAS Zen, sgemm 152 GFLOP/s
        64 captions with 895 words, the longest of 27; 36 regions × 1,280; vocabulary 3,162

        compact (d 256, m 64)  minimum   median  pairs/s  GFLOP  GFLOP/s  of sgemm
        iteration              0.250 s  0.500 s      128   38.0     76.0      50 %
        warm-up step           0.250 s  0.250 s      256   29.0      116      76 %
        scoring                0.025 s  0.028 s    2,276   3.60      128      84 %
        peak memory                     0.51 GB

        PyTorch is not installed, so there is nothing to compare with; run: pip install torch
        """)
  }

  @Test func tableBesidePyTorch() throws {
    let report = try BenchmarkFixture.report(twin: true)
    #expect(
      report.table.hasSuffix(
        """
        compact (d 256, m 64)  minimum   median  pairs/s  GFLOP  GFLOP/s  of sgemm  PyTorch  ratio
        iteration              0.250 s  0.500 s      128   38.0     76.0      50 %  4.750 s   9.50
        warm-up step           0.250 s  0.250 s      256   29.0      116      76 %  0.875 s   3.50
        scoring                0.025 s  0.028 s    2,276   3.60      128      84 %  0.188 s   6.67
        peak memory                     0.51 GB                                     2.42 GB
        """))
  }

  @Test func numbersKeepThreeDigits() {
    #expect(ReportText.number(2512.6) == "2,513")
    #expect(ReportText.number(99.96) == "100")
    #expect(ReportText.number(99.94) == "99.9")
    #expect(ReportText.number(9.996) == "10.0")
    #expect(ReportText.number(3.614) == "3.61")
  }

  @Test func jsonHasItsDocumentedKeys() throws {
    let data = try JSONEncoder().encode(try BenchmarkFixture.report(twin: true))
    let whole = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(
      whole.keys.sorted() == [
        "blas", "presets", "processor", "sgemm_gflops_per_second", "shapes", "threads", "version",
      ])
    let shapes = try #require(whole["shapes"] as? [String: Int])
    #expect(
      shapes == [
        "captions": 64, "words": 895, "longest": 27, "regions": 36, "region_dimension": 1280,
        "vocabulary": 3162,
      ])
    let preset = try #require((whole["presets"] as? [[String: Any]])?.first)
    #expect(
      preset.keys.sorted() == [
        "embed_size", "peak_memory_bytes", "preset", "similarity_dimension", "twin", "works",
      ])
    let works = try #require(preset["works"] as? [[String: Any]])
    #expect(works.map { $0["work"] as? String } == ["iteration", "warmup_step", "scoring"])
    #expect(
      works[0].keys.sorted() == [
        "active_pairs", "gflop", "gflops_per_second", "pairs_per_second", "ratio", "runs",
        "seconds_median", "seconds_minimum", "sgemm_share", "work",
      ])
    #expect(works[0]["ratio"] as? Double == 9.5)
    #expect(works[0]["sgemm_share"] as? Double == 0.5)
    let twin = try #require(preset["twin"] as? [String: Any])
    #expect(
      twin.keys.sorted() == [
        "peak_memory_bytes", "sgemm_gflops_per_second", "torch", "works",
      ])
  }
}

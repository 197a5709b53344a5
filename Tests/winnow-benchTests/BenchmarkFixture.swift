import Foundation

@testable import winnow_bench

/// A report with numbers that are easy to check.
enum BenchmarkFixture {
  static func report(twin: Bool, absence: String? = nil) throws -> BenchmarkReport {
    let works = [
      WorkMeasurement(
        .iteration, RepeatedTiming(seconds: [0.5, 0.25, 1]), operations: 38_000_000_000, pairs: 64,
        activePairs: 190, sgemm: 152),
      WorkMeasurement(
        .warmupStep, RepeatedTiming(seconds: [0.25]), operations: 29_000_000_000, pairs: 64,
        sgemm: 152),
      WorkMeasurement(
        .scoring, RepeatedTiming(seconds: [0.025, 0.03125]), operations: 3_600_000_000, pairs: 64,
        sgemm: 152),
    ]
    var preset = PresetReport(preset: .compact, peakMemory: 512_000_000, works: works)
    if twin { preset.compare(with: try self.twin()) }
    return BenchmarkReport(
      version: "1.2.3", processor: "A Processor", threads: 2, blas: "Zen",
      sgemmGigaflopsPerSecond: 152, shapes: BenchmarkShapes(),
      presets: [preset], twinAbsence: absence)
  }

  /// What the twin prints for `compact` on two threads; `changes` replace text in it.
  static func twinOutput(_ changes: [(String, String)] = []) -> Data {
    var text = """
      {"preset": "compact", "torch": "2.13.0", "threads": 2, "pruned": false,
       "shapes": {"captions": 64, "words": 895, "longest": 27, "regions": 36,
        "region_dimension": 1280, "vocabulary": 3162, "embed_size": 256,
        "similarity_dimension": 64},
       "seconds": {"iteration": [4.75], "warmup_step": [1, 0.5, 0.875], "scoring": [0.125, 0.25]},
       "values": {"iteration": {"loss": 13.1, "meta_loss": 0.69}},
       "sgemm_gflops": 178.5, "peak_memory_bytes": 2420000000}
      """
    for (old, new) in changes { text = text.replacingOccurrences(of: old, with: new) }
    return Data(text.utf8)
  }

  static func twin(_ changes: [(String, String)] = []) throws -> TwinReport {
    try TwinReport(
      twinOutput(changes), script: TwinScript(path: "twin.py"), preset: .compact, threads: 2)
  }
}

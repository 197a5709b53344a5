import Foundation

@testable import winnow_bench

/// An image report with numbers that are easy to check.
enum ImageBenchmarkFixture {
  static func report(
    twin: ImageTwinReport? = nil, absences: [String] = []
  ) -> ImageReport {
    let groups = [1, 2].map { threads in
      ImageReport.ThreadGroup(
        threads: threads, sgemmGigaflopsPerSecond: 80 * Double(threads),
        works: ImageWork.allCases.map { measurement($0, threads: Double(threads)) })
    }
    var report = ImageReport(
      version: "1.2.3", processor: "A Processor", blas: "Zen", backbone: "lite0", grid: 6,
      batch: 8, gigaflopPerImage: 0.8,
      pictures: PictureSize.allCases.map {
        .init($0, files: [[UInt8](repeating: 0, count: $0.width * $0.height / 4)])
      }, groups: groups,
      reducedDifference: PixelDifference(work: .fullDecodeLarge, mean: 0.75, maximum: 31),
      twinAbsences: absences)
    if let twin { report.compare(with: twin) }
    return report
  }

  private static func measurement(_ work: ImageWork, threads: Double) -> ImageMeasurement {
    let seconds = [0.25 / threads, 0.5 / threads, 1 / threads]
    return ImageMeasurement(
      work, RepeatedTiming(seconds: seconds), images: work.size.count,
      operations: work == .network ? (800_000_000, 80 * threads) : nil, peakMemory: 64_000_000)
  }

  /// What the twin prints for Lite0 on one and two threads; `changes` replace text in it.
  static func twinOutput(_ changes: [(String, String)] = []) -> Data {
    var measurements: [String] = []
    for threads in [1, 2] {
      for runtime in ["pillow", "opencv"] {
        for (size, images) in [("224x224", 64), ("640x480", 64), ("1600x1200", 16)] {
          measurements.append(
            """
            {"runtime": "\(runtime)", "work": "decode_\(size)", "threads": \(threads),
             "images": \(images), "seconds": [1.25, 1]}
            """)
        }
      }
      measurements.append(
        """
        {"runtime": "onnxruntime", "work": "network", "threads": \(threads), "images": 64,
         "batch": 16, "side_by_side": \(threads), "seconds": [0.5, 0.75, 0.625]}
        """)
    }
    var text = """
      {"backbone": "lite0", "threads": [1, 2], "absent": [],
       "versions": {"pillow": "13.0.0", "opencv": "5.0.0", "onnxruntime": "1.32.0"},
       "measurements": [\(measurements.joined(separator: ",\n"))],
       "pixel_differences": [
        {"work": "decode_224x224", "mean": 0, "maximum": 0},
        {"work": "decode_640x480", "mean": 0.125, "maximum": 2},
        {"work": "decode_1600x1200", "mean": 0.5, "maximum": 9}],
       "feature_difference": 2.5e-06}
      """
    for (old, new) in changes { text = text.replacingOccurrences(of: old, with: new) }
    return Data(text.utf8)
  }

  /// The same without any runtime.
  static let emptyOutput = Data(
    """
    {"backbone": "lite0", "threads": [1, 2], "absent": ["pillow", "opencv", "onnxruntime"],
     "versions": {}, "measurements": [], "pixel_differences": []}
    """.utf8)

  static func twin(_ output: Data) throws -> ImageTwinReport {
    try ImageTwinReport(
      output, script: TwinScript(path: "twin.py"), backbone: "lite0", threads: [1, 2])
  }
}

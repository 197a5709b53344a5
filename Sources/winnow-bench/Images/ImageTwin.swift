import Foundation

/// The Python script that times work on pictures in Pillow, OpenCV and ONNX Runtime.
struct ImageTwin {
  let script: TwinScript

  /// Where the script lies in the repository.
  static let path = "Pipelines/bench/image_twin.py"
  private static let timing = "Pillow, OpenCV and ONNX Runtime are"
  static let scriptAbsence = TwinScript.absence(of: path, timing: timing)
  static let pythonAbsence = "python3 cannot be run, so \(timing) not timed"

  /// Whether there is a Python to run it.
  var hasPython: Bool {
    get throws(BenchError) { try script.python(["--version"], timeout: 60).status == 0 }
  }

  /// Times everything that can be imported.
  ///
  /// - Parameters:
  ///   - folder: with the pictures, and with Winnow's results for them.
  ///   - threads: one measurement for each number.
  func measure(
    _ folder: String, weights: String, backbone: String, grid: Int, threads: [Int], repeats: Int
  ) throws(BenchError) -> ImageTwinReport {
    let output = try script.output(
      [
        "--files", folder, "--weights", weights, "--backbone", backbone, "--grid", "\(grid)",
        "--repeats", "\(repeats)", "--threads",
      ] + threads.map { "\($0)" }, timeout: 1200 * repeats)
    return try ImageTwinReport(output, script: script, backbone: backbone, threads: threads)
  }
}

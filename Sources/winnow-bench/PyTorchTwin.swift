import Foundation
import Models

/// The Python script that times training in PyTorch.
struct PyTorchTwin {
  let script: TwinScript

  /// Where the script lies in the repository.
  static let path = "Pipelines/bench/pytorch_twin.py"
  static let absence =
    "PyTorch is not installed, so there is nothing to compare with; "
    + "run: pip install torch"
  static let scriptAbsence = TwinScript.absence(of: path, timing: "PyTorch is")

  /// Nil where PyTorch can be imported; else what Python said last.
  func missingTorch() throws(BenchError) -> String? {
    let check = try script.python(["-c", "import torch"], timeout: 120)
    return check.status == 0 ? nil : Self.lastLine(check.errors)
  }

  /// Times all works at one size.
  func measure(
    _ preset: NetworkPreset, threads: Int, repeats: Int
  ) throws(BenchError) -> TwinReport {
    let output = try script.output(
      ["--preset", preset.rawValue, "--threads", "\(threads)", "--repeats", "\(repeats)"],
      timeout: 1200 * repeats)
    return try TwinReport(output, script: script, preset: preset, threads: threads)
  }

  private static func lastLine(_ text: String) -> String {
    text.split(separator: "\n").last.map(String.init) ?? "no reason given"
  }
}

import ArgumentParser
import Foundation
import Models

/// Whether the PyTorch twin is run as well.
enum TwinChoice: ExpressibleByArgument, Equatable {
  /// Where PyTorch can be imported.
  case automatic
  case off
  /// A script in place of the repository's.
  case script(String)

  init?(argument: String) {
    switch argument {
    case "": return nil
    case "auto": self = .automatic
    case "off": self = .off
    default: self = .script(argument)
    }
  }

  var defaultValueDescription: String { "auto" }
}

/// The Python script that times the same computation in PyTorch.
struct PyTorchTwin {
  let script: String

  /// Where the script lies in the repository.
  static let path = "Pipelines/bench/pytorch_twin.py"
  static let absence =
    "PyTorch is not installed, so there is nothing to compare with; "
    + "run: pip install torch"
  static let scriptAbsence =
    "\(path) is neither here nor near the program, so PyTorch is not "
    + "timed; name it with --twin"

  /// The repository's script: from the working directory, or from a folder that the program lies in.
  static func find(program: URL?) -> PyTorchTwin? {
    var folders = [URL(filePath: FileManager.default.currentDirectoryPath)]
    var folder = program?.resolvingSymlinksInPath().deletingLastPathComponent()
    while let next = folder, next.path != "/" {
      folders.append(next)
      folder = next.deletingLastPathComponent()
    }
    return folders.map { $0.appending(path: path).path }
      .first { FileManager.default.fileExists(atPath: $0) }
      .map { PyTorchTwin(script: $0) }
  }

  /// Nil where PyTorch can be imported; else what Python said last.
  func missingTorch() throws(BenchError) -> String? {
    let check = try run(["python3", "-c", "import torch"], timeout: 120)
    return check.status == 0 ? nil : Self.lastLine(check.errors)
  }

  /// Times all works at one size.
  func measure(
    _ preset: NetworkPreset, threads: Int, repeats: Int
  ) throws(BenchError) -> TwinReport {
    let result = try run(
      [
        "python3", script, "--preset", preset.rawValue, "--threads", "\(threads)", "--repeats",
        "\(repeats)", "--json",
      ], timeout: 1200 * repeats)
    guard result.status == 0 else {
      throw .twin(
        script: script,
        problem: "ended with status \(result.status):\n\(result.errors.suffix(4000))")
    }
    return try TwinReport(result.output, script: script, preset: preset, threads: threads)
  }

  private func run(_ arguments: [String], timeout: Int) throws(BenchError) -> Subprocess {
    do {
      return try Subprocess.run(arguments, timeout: timeout)
    } catch {
      throw .twin(script: script, problem: "\(error)")
    }
  }

  private static func lastLine(_ text: String) -> String {
    text.split(separator: "\n").last.map(String.init) ?? "no reason given"
  }
}

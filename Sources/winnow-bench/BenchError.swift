/// What stops a benchmark.
enum BenchError: Error, Equatable, CustomStringConvertible {
  /// What was timed did not compute what it should.
  case notFinite(preset: String, work: String, value: String, number: Double)
  /// PyTorch was asked for by name and cannot be imported.
  case torchMissing(script: String, detail: String)
  /// The twin could not be run.
  case twin(script: String, problem: String)
  /// The image network's weights are not there.
  case weightsMissing(path: String, backbone: String)
  /// A folder for pictures cannot be used.
  case folder(path: String, problem: String)
  /// What was timed is not what should have been.
  case unexpected(work: String, problem: String)

  var description: String {
    switch self {
    case .notFinite(let preset, let work, let value, let number):
      "\(preset): \(work): \(value) is \(number); such a time means nothing"
    case .torchMissing(let script, let detail):
      "\(script): PyTorch cannot be imported; run: pip install torch (\(detail))"
    case .twin(let script, let problem):
      "\(script): \(problem)"
    case .weightsMissing(let path, let backbone):
      "\(path): there are no \(backbone) weights; run `make weights BACKBONES=\(backbone)` in the "
        + "project's folder, or name the file with --weights"
    case .folder(let path, let problem):
      "\(path): \(problem)"
    case .unexpected(let work, let problem):
      "\(work): \(problem); such a time means nothing"
    }
  }
}

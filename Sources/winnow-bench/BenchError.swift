/// What stops a benchmark.
enum BenchError: Error, Equatable, CustomStringConvertible {
  /// What was timed did not compute what it should.
  case notFinite(preset: String, work: String, value: String, number: Double)
  /// PyTorch was asked for by name and cannot be imported.
  case torchMissing(script: String, detail: String)
  /// The twin could not be run.
  case twin(script: String, problem: String)

  var description: String {
    switch self {
    case .notFinite(let preset, let work, let value, let number):
      "\(preset): \(work): \(value) is \(number); such a time means nothing"
    case .torchMissing(let script, let detail):
      "\(script): PyTorch cannot be imported; run: pip install torch (\(detail))"
    case .twin(let script, let problem):
      "\(script): \(problem)"
    }
  }
}

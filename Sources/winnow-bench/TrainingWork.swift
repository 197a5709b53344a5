/// What is timed, under the names that JSON has for it.
enum TrainingWork: String, Codable, CaseIterable {
  /// Look-ahead, meta step and main step.
  case iteration
  /// Forward and reverse over all pairs of a batch, with the published loss.
  case warmupStep = "warmup_step"
  /// Similarities of matched pairs, in evaluation mode.
  case scoring

  /// For a person.
  var title: String {
    switch self {
    case .iteration: "iteration"
    case .warmupStep: "warm-up step"
    case .scoring: "scoring"
    }
  }
}

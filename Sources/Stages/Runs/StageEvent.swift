import Audit

/// What happens to stages, for whoever watches them.
public enum StageEvent: Sendable {
  /// A stage was started.
  case began(stage: String)
  /// Rows were stored: what their run has done so far.
  case stored(RunWork)
  /// A stage is done.
  case ended(stage: String, Throughput?)
  /// A stage threw.
  case failed(stage: String)
}

import Foundation

/// What a stage is given beside its configuration.
public struct StageContext: Sendable {
  /// The version of the program, stored with each run.
  public let programVersion: String
  /// Whether the stage discards what an earlier run of it began.
  public let restarts: Bool
  /// The clock.
  public let now: @Sendable () -> Date
  /// Receives progress, on the stage's thread, several times a second.
  public let progress: @Sendable (StageProgress) -> Void

  /// A context of its parts.
  public init(
    programVersion: String, restarts: Bool = false, now: @escaping @Sendable () -> Date,
    progress: @escaping @Sendable (StageProgress) -> Void
  ) {
    self.programVersion = programVersion
    self.restarts = restarts
    self.now = now
    self.progress = progress
  }

  /// The same for a stage that goes on with what an earlier run of it began.
  public var goingOn: StageContext {
    StageContext(
      programVersion: programVersion, restarts: false, now: now, progress: progress)
  }
}

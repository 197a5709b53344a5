import Foundation

/// What a stage is given beside its configuration.
public struct StageContext: Sendable {
  /// The version of the program, stored with each run.
  public let programVersion: String
  /// Whether the stage discards what an earlier run of it began.
  public let restarts: Bool
  /// The clock, for what is stored with a date.
  public let now: @Sendable () -> Date
  /// Seconds since some moment, for how long things take: unlike the clock it never jumps.
  public let uptime: @Sendable () -> Double
  /// Receives progress, on the stage's thread, several times a second.
  public let progress: @Sendable (StageProgress) -> Void

  /// A context of its parts; without `uptime` the clock tells how long things take.
  public init(
    programVersion: String, restarts: Bool = false, now: @escaping @Sendable () -> Date,
    uptime: (@Sendable () -> Double)? = nil,
    progress: @escaping @Sendable (StageProgress) -> Void
  ) {
    self.programVersion = programVersion
    self.restarts = restarts
    self.now = now
    self.uptime = uptime ?? { now().timeIntervalSinceReferenceDate }
    self.progress = progress
  }

  /// The same for a stage that goes on with what an earlier run of it began.
  public var goingOn: StageContext {
    StageContext(
      programVersion: programVersion, restarts: false, now: now, uptime: uptime,
      progress: progress)
  }
}

import Foundation
import Logging

/// What a stage is given beside its configuration.
public struct StageContext: Sendable {
  /// The version of the program, stored with each run.
  public let programVersion: String
  /// Whether the stage discards what an earlier run of it began.
  public private(set) var restarts: Bool
  /// The clock, for what is stored with a date.
  public let now: @Sendable () -> Date
  /// Seconds since some moment, for how long things take: unlike the clock it never jumps.
  public let uptime: @Sendable () -> Double
  /// Receives progress, on the stage's thread, several times a second.
  public let progress: @Sendable (StageProgress) -> Void
  /// Receives what happens, on the thread on which it does.
  public let observe: @Sendable (StageEvent) -> Void
  /// Takes what is worth telling; its metadata name the stage.
  public private(set) var logger: Logger

  /// A context of its parts; without `uptime` the clock tells how long things take, without `logger`
  /// nothing is logged.
  public init(
    programVersion: String, restarts: Bool = false, now: @escaping @Sendable () -> Date,
    uptime: (@Sendable () -> Double)? = nil, logger: Logger? = nil,
    observe: @escaping @Sendable (StageEvent) -> Void = { _ in },
    progress: @escaping @Sendable (StageProgress) -> Void
  ) {
    self.programVersion = programVersion
    self.restarts = restarts
    self.now = now
    self.uptime = uptime ?? { now().timeIntervalSinceReferenceDate }
    self.logger = logger ?? Logger(label: "winnow") { _ in SwiftLogNoOpLogHandler() }
    self.observe = observe
    self.progress = progress
  }

  /// The same for a stage that goes on with what an earlier run of it began.
  public var goingOn: StageContext {
    var context = self
    context.restarts = false
    return context
  }

  /// The same with a stage's name in whatever it logs.
  func naming(stage: String) -> StageContext {
    var context = self
    context.logger[metadataKey: "stage"] = "\(stage)"
    return context
  }
}

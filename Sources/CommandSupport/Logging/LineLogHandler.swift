import Foundation
import Logging

/// Writes what is logged as lines, wherever they go.
struct LineLogHandler: LogHandler {
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?

  private let format: LogFormat
  private let now: @Sendable () -> Date
  private let write: @Sendable (String) -> Void

  /// - Parameter write: Receives lines without their end, on the thread that logs.
  init(
    _ level: Logger.Level, _ format: LogFormat, now: @escaping @Sendable () -> Date,
    write: @escaping @Sendable (String) -> Void
  ) {
    logLevel = level
    self.format = format
    self.now = now
    self.write = write
  }

  subscript(metadataKey key: String) -> Logger.MetadataValue? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var all = metadata.merging(event.metadata ?? [:]) { $1 }
    let stage = all.removeValue(forKey: "stage").map { "\($0)" }
    let line = LogLine(
      time: now(), level: event.level, stage: stage, message: "\(event.message)", metadata: all)
    write(format == .json ? line.json : line.text)
  }
}

import Audit
import Foundation
import Logging
import Synchronization

@testable import Stages

/// What a stage logs, reports and takes, with seconds that pass as a test says.
final class RecordedLog: Sendable {
  private let lines = Mutex<[String]>([])
  private let seen = Mutex<[StageEvent]>([])
  private let seconds = Mutex(0.0)
  /// Seconds that pass with each look at the clock.
  private let step: Double
  private let level: Logger.Level

  init(_ level: Logger.Level = .trace, step: Double = 0) {
    self.level = level
    self.step = step
  }

  /// `info ingest: run begun run=1`, those that begin so.
  func lines(of start: String = "") -> [String] {
    lines.withLock { $0.filter { $0.hasPrefix(start) } }
  }

  var events: [StageEvent] { seen.withLock { $0 } }

  func pass(_ more: Double) { seconds.withLock { $0 += more } }

  func context(restarts: Bool = false) -> StageContext {
    StageContext(
      programVersion: "test", restarts: restarts, now: { Date(timeIntervalSince1970: 0) },
      uptime: {
        self.seconds.withLock { seconds in
          seconds += self.step
          return seconds
        }
      },
      logger: Logger(label: "test") { _ in Handler(logLevel: self.level, log: self) },
      observe: { event in self.seen.withLock { $0.append(event) } }, progress: { _ in })
  }

  private struct Handler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    let log: RecordedLog

    init(logLevel: Logger.Level, log: RecordedLog) {
      self.logLevel = logLevel
      self.log = log
    }

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let all = metadata.merging(event.metadata ?? [:]) { $1 }
      let words = all.filter { $0.key != "stage" }.sorted { $0.key < $1.key }.map {
        "\($0.key)=\(Self.text($0.value))"
      }
      let stage = all["stage"].map { "\($0)" } ?? "-"
      let line = (["\(event.level)", "\(stage):", "\(event.message)"] + words)
        .joined(separator: " ")
      log.lines.withLock { $0.append(line) }
    }

    private static func text(_ value: Logger.MetadataValue) -> String {
      guard case .dictionary(let inner) = value else { return "\(value)" }
      let words = inner.sorted { $0.key < $1.key }.map { "\($0.key)=\(text($0.value))" }
      return "{\(words.joined(separator: ","))}"
    }
  }
}

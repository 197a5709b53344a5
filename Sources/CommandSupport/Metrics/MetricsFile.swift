import Dispatch
import Foundation
import Logging
import Pairs
import Stages
import Synchronization

/// A file that tells Prometheus how a command is doing, written anew every few seconds until its end:
/// node_exporter's textfile collector reads it.
///
/// A file that cannot be written stops the command before its work begins. Later it must not: a full
/// disk of the monitoring is told once in the log, and the work goes on.
final class MetricsFile: Sendable {
  private let path: String
  private let now: @Sendable () -> Date
  private let uptime: @Sendable () -> Double
  private let usage: @Sendable () -> ProcessUsage
  private let logger: Logger
  private let metrics: Mutex<CommandMetrics>
  private let hasFailed = Mutex(false)
  private let queue = DispatchQueue(label: "metrics-file")
  // Dispatch lets any thread cancel it, which is all that is done once it runs.
  private nonisolated(unsafe) let timer: any DispatchSourceTimer

  /// How a file of ours begins.
  private static let beginning = "# HELP winnow_"

  /// A file that says that the command has begun.
  ///
  /// - Parameter interval: Seconds between two writes.
  /// - Throws: `StagesError.file` for a path that cannot be written, or that holds something else.
  init(
    at path: String, _ metrics: CommandMetrics, every interval: Double,
    now: @escaping @Sendable () -> Date, uptime: @escaping @Sendable () -> Double,
    usage: @escaping @Sendable () -> ProcessUsage = { .current }, logger: Logger
  ) throws {
    self.path = absolutePath(path)
    self.now = now
    self.uptime = uptime
    self.usage = usage
    self.logger = logger
    try Self.refuseForeign(path)
    do {
      try AtomicFile.removeLeftovers(of: self.path)
      try Self.write(metrics.text(at: now(), uptime: uptime(), usage: usage()), to: self.path)
    } catch {
      throw StagesError.file(
        path: path, problem: "the metrics cannot be written there: \(Self.problem(error))")
    }
    self.metrics = Mutex(metrics)
    timer = DispatchSource.makeTimerSource(queue: queue)
    timer.schedule(deadline: .now() + interval, repeating: interval)
    timer.setEventHandler { [weak self] in self?.write() }
    timer.activate()
  }

  deinit { timer.cancel() }

  /// Takes in what happened.
  func note(_ event: StageEvent) {
    let (date, seconds) = (now(), uptime())
    metrics.withLock { $0.note(event, at: date, uptime: seconds) }
  }

  /// Takes in how far a stage has come.
  func note(_ progress: StageProgress) {
    metrics.withLock { $0.note(progress) }
  }

  /// Writes how the command ended; no write follows.
  func end(isSuccess: Bool) {
    timer.cancel()
    let date = now()
    metrics.withLock { $0.end(isSuccess: isSuccess, at: date) }
    queue.sync { write() }
  }

  /// Writes, unless that fails.
  private func write() {
    do {
      let (date, seconds, usage) = (now(), uptime(), usage())
      try Self.write(
        metrics.withLock { $0.text(at: date, uptime: seconds, usage: usage) }, to: path)
      guard setFailing(false) else { return }
      logger.notice("the metrics are written again", metadata: ["path": "\(path)"])
    } catch {
      guard !setFailing(true) else { return }
      logger.warning(
        "the metrics cannot be written; the work goes on without them",
        metadata: ["path": "\(path)", "problem": "\(Self.problem(error))"])
    }
  }

  /// - Returns: Whether the last write had failed.
  private func setFailing(_ isFailing: Bool) -> Bool {
    hasFailed.withLock { hasFailed in
      defer { hasFailed = isFailing }
      return hasFailed
    }
  }

  private static func write(_ text: String, to path: String) throws {
    try AtomicFile.write(Array(text.utf8), to: path)
  }

  /// A slip of the hand must not cost a manifest.
  private static func refuseForeign(_ path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else { return }
    let head = FileHandle(forReadingAtPath: path).flatMap {
      try? $0.read(upToCount: beginning.utf8.count) ?? Data()
    }
    guard let head, head.isEmpty || head.elementsEqual(beginning.utf8) else {
      throw StagesError.file(
        path: path, problem: "is there and holds no metrics of Winnow; name another file for them")
    }
  }

  /// Without the path, which the message names.
  private static func problem(_ error: any Error) -> String {
    if case PairsError.cannotWrite(_, let problem) = error { return problem }
    return "\(error)"
  }
}

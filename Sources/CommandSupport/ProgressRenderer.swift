import Foundation
import Stages

/// Shows progress: on a terminal one line that is written over, elsewhere plain lines now and then.
public final class ProgressRenderer: @unchecked Sendable {
  private let isTerminal: Bool
  private let interval: Double
  private let text: @Sendable (StageProgress) -> String
  /// Seconds since some moment.
  let uptime: @Sendable () -> Double
  private let write: @Sendable (String) -> Void
  private let lock = NSLock()
  // Guarded by `lock`: stages may report from any thread.
  private var lastShown: Double?
  private var lastStage: String?
  /// What stands on the terminal's line that is written over.
  private var openLine: String?

  /// A renderer.
  ///
  /// - Parameters:
  ///   - isTerminal: Whether lines can be written over.
  ///   - text: How a progress is said.
  ///   - uptime: Seconds since some moment. A clock that is set back would leave progress unseen.
  ///   - write: Receives text as it is to appear, line ends included.
  public init(
    isTerminal: Bool,
    text: @escaping @Sendable (StageProgress) -> String = ProgressRenderer.text,
    uptime: @escaping @Sendable () -> Double,
    write: @escaping @Sendable (String) -> Void
  ) {
    self.isTerminal = isTerminal
    interval = isTerminal ? 0.1 : 5
    self.text = text
    self.uptime = uptime
    self.write = write
  }

  /// Shows a progress, unless the last one was shown a moment ago.
  public func show(_ progress: StageProgress) {
    lock.withLock {
      let date = uptime()
      let isNew = progress.stage != lastStage
      let isDone = progress.total.map { progress.done >= $0 } ?? false
      // A stage's first report has nothing to tell on plain lines.
      if isNew {
        finishLine()
        lastStage = progress.stage
        lastShown = date
        guard isTerminal || isDone else { return }
      } else if !isDone, let lastShown, date - lastShown < interval {
        return
      }
      lastShown = date
      let text = text(progress)
      write(isTerminal ? "\r\u{1B}[K\(text)" : "\(text)\n")
      openLine = isTerminal ? text : nil
    }
  }

  /// Writes a line of something else, such as the log. The progress goes on below it.
  func write(line: String) {
    lock.withLock {
      guard let openLine else { return write("\(line)\n") }
      write("\r\u{1B}[K\(line)\n\(openLine)")
    }
  }

  /// Ends the line that was written over.
  public func finish() {
    lock.withLock { finishLine() }
  }

  private func finishLine() {
    if openLine != nil { write("\n") }
    openLine = nil
  }

  /// `featurize: 1,200 of 5,000 images (24 %), 98/s, 0:39 left, note`.
  @Sendable
  public static func text(of progress: StageProgress) -> String {
    var parts = ["\(progress.stage): \(SummaryTable.grouped(progress.done))"]
    if let total = progress.total {
      let percent = total > 0 ? 100 * progress.done / total : 100
      parts[0] += " of \(SummaryTable.grouped(total)) \(progress.unit) (\(percent) %)"
    } else {
      parts[0] += " \(progress.unit)"
    }
    if let rate = progress.rate {
      let shown = rate < 10 ? String(format: "%.1f", rate) : SummaryTable.grouped(Int(rate))
      parts.append("\(shown)/s")
    }
    if let seconds = progress.secondsLeft { parts.append("\(duration(seconds)) left") }
    if let note = progress.note {
      parts.append(Terminal.harmless(note.replacingOccurrences(of: "\n", with: " ")))
    }
    return parts.joined(separator: ", ")
  }

  /// `0:39`, `12:05` or `3:00:00`.
  static func duration(_ seconds: Double) -> String {
    let total = Int(min(seconds.rounded(.up), 1e8))
    let (hours, minutes, rest) = (total / 3600, total / 60 % 60, total % 60)
    return hours > 0
      ? String(format: "%d:%02d:%02d", hours, minutes, rest)
      : String(format: "%d:%02d", minutes, rest)
  }
}

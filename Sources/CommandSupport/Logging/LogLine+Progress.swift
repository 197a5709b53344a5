import Foundation
import Logging
import Stages

extension LogLine {
  /// Progress as a line of the log.
  init(progress: StageProgress, at time: Date) {
    var metadata: Logger.Metadata = [
      "done": .stringConvertible(progress.done), "unit": "\(progress.unit)",
    ]
    metadata["total"] = progress.total.map { .stringConvertible($0) }
    metadata["per_second"] = progress.rate.map { .stringConvertible(($0 * 1000).rounded() / 1000) }
    metadata["seconds_left"] = progress.secondsLeft.map { .stringConvertible($0.rounded(.up)) }
    metadata["note"] = progress.note.map { "\($0)" }
    self.init(
      time: time, level: .info, stage: progress.stage, message: "progress", metadata: metadata)
  }
}

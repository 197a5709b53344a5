import Foundation
import Models

/// Turns an epoch's progress into the stage's: batches of the whole run, with loss and kept share.
final class EpochMeter {
  private let context: StageContext
  private let startedAt: Date
  private var done = 0
  private let epochsBefore: Int

  init(state: TrainingState, trainer: Trainer, context: StageContext) {
    self.context = context
    startedAt = context.now()
    epochsBefore = state.epochsDone
  }

  var elapsed: Double { context.now().timeIntervalSince(startedAt) }

  func report(_ progress: TrainingProgress) {
    done += 1
    // Epochs after the warm-up train on fewer pairs; the estimate takes all to be as long as this.
    let perEpoch = progress.batches * 2
    let inEpoch =
      progress.batch + (done > progress.batch && isSecond(progress) ? progress.batches : 0)
    let total = progress.epochs * perEpoch
    let position = min((progress.epoch - 1) * perEpoch + min(inEpoch, perEpoch), total)
    let seconds = elapsed
    var note = "epoch \(progress.epoch)/\(progress.epochs) \(progress.phase.rawValue) "
    note += "network \(progress.network), loss \(String(format: "%.4f", progress.loss))"
    if let share = progress.keptShare {
      note += ", kept \(String(format: "%.1f", share * 100)) %"
    }
    context.progress(
      StageProgress(
        stage: TrainStage.name, unit: "batches", done: position, total: total,
        rate: seconds > 0 ? Double(done) / seconds : nil, note: note))
  }

  /// In warm-up B follows A; after it, A follows B.
  private func isSecond(_ progress: TrainingProgress) -> Bool {
    progress.network == (progress.phase == .warmup ? "B" : "A")
  }
}
